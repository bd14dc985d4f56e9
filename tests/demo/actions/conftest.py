"""The demonstration hotline's services, and somebody who uses them."""

from tests.support.bank_services import caller, caller_where, opened

__all__ = ["caller", "caller_where", "opened"]
