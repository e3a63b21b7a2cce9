"""What can go wrong with an image around Packer's own work."""

from datetime import timedelta

from provisioner.domain.errors import ProvisionerError


class BootTestFailed(ProvisionerError):
    """The image booted, and is not what it should be; or did not come up in time."""


class TemplateLost(ProvisionerError):
    """A template of the image's is not in vCenter any more, or never came to be."""


class ImageLeaves(ProvisionerError):
    """It is being deleted, so it is not to become findable any more."""

    expected = True


class FolderMoved(ProvisionerError):
    """The image's folder is not where Packer is told to build."""


class NotItsTurn(ProvisionerError):
    """Others go first. `again_after`: when to ask again; `is_news`: for the first time."""

    transient = True
    expected = True

    def __init__(self, reason: str, again_after: timedelta, *, is_news: bool) -> None:
        super().__init__(reason)
        self.again_after, self.is_news = again_after, is_news


class Overtaken(ProvisionerError):
    """Another attempt at the task has begun, or may have."""

    transient = True
    expected = True


class StillBusy(ProvisionerError):
    """vCenter did not end a task in time, ours or somebody else's."""

    transient = True


class NotSeenYet(ProvisionerError):
    """The vCenter's watch has not told of a template yet: who asks for it would not find it."""

    transient = True
    expected = True
