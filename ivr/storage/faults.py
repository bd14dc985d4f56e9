"""What is wrong with a database, in words for those who run the server. The words have no path and nothing of a call."""

from __future__ import annotations

import sqlite3

DELETED = "the database file was deleted or moved away; put it back, or a copy of it. A restart begins with an empty one"
REPLACED = (
    "another file is in the place of the database, and it is not one of this version; put the right one back. "
    "A restart brings a copy of an earlier version up to date"
)
NOT_WRITABLE = (
    "the database cannot be written; let this user write the file and its folder, and remove `chattr +i`"
)
NO_TABLES = "the database has not the tables of this version; put the right file back"
DAMAGED = "the database file is damaged; put a backup in its place"
LOG_DELETED = (
    "a file beside the database (-wal or -shm) was deleted or replaced while it was in use; restart the whole server, "
    "which writes into the database what it still has"
)
LOG_DAMAGED = "the log beside the database (-wal) is damaged; put a backup in the place of the database"
BUSY = "another program has locked the database; end that program"
SLOW = "the database answers too slowly; look at its disk and at the load of the machine"
OPENING_WAITS = (
    "the database could not be opened anew because this server's own processes still use it as it was; if this lasts, "
    "restart the server"
)

_WORDS = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_FULL: "there is no room for the database; make room on its disk, or raise the quota",
    sqlite3.SQLITE_READONLY: NOT_WRITABLE,
    sqlite3.SQLITE_PERM: NOT_WRITABLE,
    sqlite3.SQLITE_CANTOPEN: "the database cannot be opened; check the file, its folder and their rights",
    sqlite3.SQLITE_IOERR: "the disk of the database cannot be read or written; check it, and whether it is full",
    sqlite3.SQLITE_ERROR: NO_TABLES,
}


class DatabaseBusy(sqlite3.OperationalError):
    """Another process or thread has used the database for longer than we can wait. Nothing was done. The text says who."""


class DatabaseMoved(sqlite3.OperationalError):
    """The file was deleted, or another one is in its place. Nothing was done. The text says what to do."""


class DatabaseNotWritable(sqlite3.OperationalError):
    """The file could not be written. The text says what to do."""


class DatabaseDamaged(sqlite3.DatabaseError):
    """The file has lost its form. The text says what to do."""


def primary_code(error: BaseException) -> int:
    """Return SQLite's code of the kind of an error; 0 if it comes from elsewhere."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def fault_of(error: Exception) -> str:
    """Return what is wrong and what to do, or an empty string if the error is not the database's."""
    match error:
        case DatabaseBusy() | DatabaseMoved() | DatabaseNotWritable() | DatabaseDamaged():
            return str(error)
        case sqlite3.Error():
            return _WORDS.get(primary_code(error), "")
        case _:
            return ""
