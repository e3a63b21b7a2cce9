"""StoreError
NotFound        no such row, or not this organisation's
Conflict        the row is in a state that forbids the change
Taken           a unique value (name, address) belongs to somebody else
SchemaOutdated  the database needs `pke-provisioner migrate`
"""

from provisioner.domain.errors import ProvisionerError


class StoreError(ProvisionerError):
    pass


class NotFound(StoreError):
    pass


class Conflict(StoreError):
    pass


class Taken(StoreError):
    pass


class SchemaOutdated(StoreError):
    pass


class SchemaNewer(StoreError):
    pass
