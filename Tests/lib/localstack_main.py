"""Runs LocalStack 4.9.2 with five corrections, without which it is no ground to test on:

- its gateway listens on 127.0.0.1. It takes only the port of GATEWAY_LISTEN and binds every interface ("TODO: interface = host?"
  in its runtime/server/twisted.py), which would offer an unauthenticated AWS to the network;
- S3's objects lie in its own folder. They lie in /tmp/localstack-s3-storage/<bucket>, which two instances share and nobody cleans;
- a task that is answered at once is answered. The answer is lost when it comes between the hand-out of the task and the set-up of
  its heartbeat: the execution then waits until the heartbeat times out;
- a task can be handed out as soon as it is queued. Its token is registered after it is queued, and a poll in between loses it;
- a poll that waits sees a task after 50 ms, not after a second: AWS hands it over at once.
"""
import os
import time

from localstack.services.s3.storage.ephemeral import EphemeralS3ObjectStore
from localstack.services.stepfunctions.asl.eval.callback import callback
from localstack.services.stepfunctions.provider import StepFunctionsProvider
from twisted.internet import endpoints


class LoopbackEndpoint(endpoints.TCP4ServerEndpoint):
    """A TCP endpoint of 127.0.0.1, whatever interface is asked for."""

    def __init__(self, reactor, port, backlog=50, interface=""):
        super().__init__(reactor, port, backlog, "127.0.0.1")


def keep_objects_below(directory):
    original = EphemeralS3ObjectStore.__init__

    def init(self, root_directory=None):
        original(self, directory)

    EphemeralS3ObjectStore.__init__ = init


def set_up_heartbeat(self, heartbeat_seconds, original=callback.CallbackEndpoint.setup_heartbeat_endpoint):
    endpoint = original(self, heartbeat_seconds=heartbeat_seconds)
    if self.get_outcome() is not None:
        endpoint.notify()
    return endpoint


def add_activity_task(self, callback_id, activity_arn, activity_input):
    activity = self._activity_store.get(activity_arn)
    if activity is None:
        raise callback.ActivityDoesNotExist()
    if callback_id in self._pool:
        raise ValueError("Duplicate callback token id value.")
    self._pool[callback_id] = callback.ActivityCallbackEndpoint(callback_id=callback_id, activity_input=activity_input)
    activity.add_task(callback.ActivityTask(task_token=callback_id, task_input=activity_input))
    return self._pool[callback_id]


def pull_activity_task(activity):
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        try:
            return activity.get_task()
        except IndexError:
            time.sleep(0.05)
    return None


if __name__ == "__main__":
    endpoints.TCP4ServerEndpoint = LoopbackEndpoint
    keep_objects_below(os.path.join(os.environ["FILESYSTEM_ROOT"], "s3"))
    callback.CallbackEndpoint.setup_heartbeat_endpoint = set_up_heartbeat
    callback.CallbackPoolManager.add_activity_task = add_activity_task
    StepFunctionsProvider._pull_activity_task = staticmethod(pull_activity_task)
    from localstack.runtime.main import main

    main()
