"""Runs moto's server with two corrections to its EC2, without which no image in it is ever encrypted as it was asked to be:

- RunInstances makes encrypted volumes where it is asked to. It takes a volume's size for the answer to whether it is encrypted;
- CreateImage makes an encrypted image of an instance whose volumes are all encrypted, CopyImage one where it is asked to (both make clear
  ones), and DescribeImages tells of each volume whether it is (it leaves that out).

    moto_main.py -H 127.0.0.1 -p PORT
"""
import sys

from moto.ec2.models.amis import Ami
from moto.ec2.responses.amis import AmisResponse
from moto.ec2.responses.instances import InstanceResponse
from moto.server import main


def devices_asked_for(self, original=InstanceResponse._parse_block_device_mapping):
    devices = original(self)
    for device, asked in zip(devices, self._get_param("BlockDeviceMappings", []), strict=True):
        device["Ebs"]["Encrypted"] = str(asked.get("Ebs", {}).get("Encrypted", False)).lower() == "true"
    return devices


def create(self, *arguments, original=Ami.__init__, **options):
    original(self, *arguments, **options)
    instance = options.get("instance")
    if instance is not None:
        volumes = [self.ec2_backend.get_volume(device.volume_id) for device in instance.block_device_mapping.values()]
        self.ebs_snapshot.encrypted = bool(volumes) and all(volume.encrypted for volume in volumes)


def copy_image(self, original=AmisResponse.copy_image):
    result = original(self)
    if self._get_bool_param("Encrypted", False):
        snapshot = self.ec2_backend.amis[result.result["ImageId"]].ebs_snapshot
        snapshot.encrypted, snapshot.kms_key_id = True, self._get_param("KmsKeyId")
    return result


def block_device_mappings(self, original=Ami.block_device_mappings.fget):
    devices = original(self)
    for device in devices:
        device["Ebs"]["Encrypted"] = self.ebs_snapshot.encrypted
    return devices


if __name__ == "__main__":
    InstanceResponse._parse_block_device_mapping = devices_asked_for
    Ami.__init__ = create
    AmisResponse.copy_image = copy_image
    Ami.block_device_mappings = property(block_device_mappings)
    main(sys.argv[1:])
