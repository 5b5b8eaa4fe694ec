"""A Debian archive of a test's own: builderd's package, and what the minimal tree misses of what it depends on. Containers have no network."""
import fcntl
import os
import pathlib
import shutil
import subprocess

import rootfs

# Where a container has the archive.
PLACE = "/srv/archive"


class ArchiveError(Exception):
    """The archive could not be made."""


def run(*command, **options):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        raise ArchiveError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-2000:]}")
    return done.stdout


def dependencies(build_folder, package):
    """A folder with the packages that `package` needs besides those of the tree, downloaded once for each list of them."""
    tree = rootfs.tree(build_folder)
    needed = [item.split("|")[0].split("(")[0].strip() for item in run("dpkg-deb", "--field", package, "Depends").split(",")]
    folder = pathlib.Path(build_folder, "systemd", "archive-" + "-".join(sorted(needed)))
    with open(pathlib.Path(build_folder, "systemd", "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            unfinished = folder.with_suffix(".new")
            shutil.rmtree(unfinished, ignore_errors=True)
            (unfinished / "partial").mkdir(parents=True)
            # This machine's apt, with what the tree has as what is installed.
            run(
                "apt-get", "--quiet", "--yes", "--no-install-recommends", "--download-only", f"--option=Dir::Cache::archives={unfinished}",
                f"--option=Dir::State::status={tree}/var/lib/dpkg/status", "install", *needed,
            )
            shutil.rmtree(unfinished / "partial")
            unfinished.rename(folder)
    return folder


def built(folder):
    """The package files of `folder`, two versions of one build, the newer one last."""
    versions = sorted(map(str, pathlib.Path(folder).glob("builderd_*.deb")), key=lambda path: "+next" in path)
    if len(versions) != 2:
        raise ArchiveError(f"{folder} has not two packages of builderd: {versions}")
    return versions


def archive(target, build_folder, *versions):
    """Makes `target` an archive with these package files of builderd and their dependencies, for apt's `file:` method."""
    target = pathlib.Path(target)
    target.mkdir(exist_ok=True)
    # apt reads it as a user of its own.
    os.chmod(target, 0o755)
    for source in [*dependencies(build_folder, versions[0]).glob("*.deb"), *map(pathlib.Path, versions)]:
        shutil.copyfile(source, target / source.name)
        os.chmod(target / source.name, 0o644)
    index(target)


def index(target):
    """Writes the archive's list of packages anew."""
    pathlib.Path(target, "Packages").write_text(subprocess.run(
        ["dpkg-scanpackages", "--multiversion", "."], cwd=target, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ).stdout)
