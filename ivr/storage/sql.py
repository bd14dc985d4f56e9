"""Every statement of the SQLite store, by name."""

from __future__ import annotations

from ivr.storage.database import statements

MIGRATIONS = tuple(statements(f"tables_{number}.sql") for number in (1, 2, 3, 4))
"""Each takes the tables of a file to the next version. Those that were released never change."""

# A lease that ends later than any lease can was given before the clock was set back.
CLAIM = """
    UPDATE calls SET token = token + 1, leased = :leased
    WHERE call = :call AND turn = :turn AND ended IS NULL
        AND (leased IS NULL OR leased <= :at OR leased > :latest)
    RETURNING token, session
"""

CLAIM_FIRST = """
    INSERT INTO calls (call, token, leased, started) VALUES (:call, 1, :leased, :at)
    ON CONFLICT (call) DO UPDATE SET token = token + 1, leased = :leased
    WHERE turn = 0 AND ended IS NULL AND (leased IS NULL OR leased <= :at OR leased > :latest)
    RETURNING token, session
"""

LOOK = "SELECT token, turn, leased, ended, session, answer FROM calls WHERE call = ?"

# A call stays urgent, keeps the reason for a human, and keeps its ending. Indexed columns are left out after the first
# turn: SQLite rewrites an index whenever its column is named, changed or not.
SAVE = """
    UPDATE calls SET
        {indexed}
        token = token + 1, turn = :turn, leased = NULL, caller = :caller, language = :language,
        hotline = CASE :hotline WHEN '' THEN hotline ELSE :hotline END,
        reason = CASE :reason WHEN '' THEN reason ELSE :reason END,
        urgent = max(urgent, :urgent),
        ending = CASE WHEN ended IS NULL OR (ending = 'hung_up' AND :ending = 'transferred') THEN :ending ELSE ending END,
        session = CASE WHEN ended IS NULL THEN :session END,
        ended = coalesce(ended, :ended),
        answer = :answer
    WHERE call = :call AND token = :token
    RETURNING id
"""
SAVE_FIRST_CLAIMED = SAVE.format(indexed="started = :started, version = :version,")
SAVE_LATER = SAVE.format(indexed="")

# For a call whose first turn nobody has claimed.
SAVE_FIRST = """
    INSERT INTO calls (
        call, token, turn, started, version, caller, language, hotline, reason, urgent, ending, session, ended, answer
    ) VALUES (
        :call, 1, :turn, :started, :version, :caller, :language, :hotline, :reason, :urgent, :ending, :session, :ended,
        :answer
    )
    ON CONFLICT (call) DO NOTHING
    RETURNING id
"""

SAVE_PATH = """
    INSERT INTO path (call_id, token, place, turn, at, node, event, keys, outcome, passed)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

SAVE_LATE = """
    INSERT INTO path (call_id, token, place, turn, at, node, event, keys, outcome)
    SELECT id, token, 1000 + (SELECT count(*) FROM path WHERE call_id = calls.id), :turn, :at, :node, :event, '', :outcome
    FROM calls WHERE call = :call
"""

SAVE_MESSAGE = """
    INSERT INTO messages (
        call_id, recipient, body, language, at, due, status, key, sealed, expires, tries, carrier_id, error
    )
    SELECT id, :to, :body, :language, :at, :at, :status, :key, :sealed, :expires, :tries, :carrier_id, :error
    FROM calls WHERE call = :call
    ON CONFLICT (key) WHERE key <> '' DO NOTHING
"""

FORGET_RUN = "DELETE FROM runs WHERE run = ?"

KEEP_RUN = "INSERT INTO runs (run, at, result) VALUES (?, ?, ?) ON CONFLICT (run) DO NOTHING"

# A message that was left in the state of sending may have been sent, so it is not claimed again.
CLAIM_MESSAGES = """
    UPDATE messages SET
        status = CASE WHEN status = 'sending' THEN 'unknown' WHEN expires <= :at THEN 'expired' ELSE 'waiting' END,
        body = CASE WHEN sealed AND (status = 'sending' OR expires <= :at) THEN '' ELSE body END,
        leased = :leased
    WHERE id IN (
        SELECT id FROM messages
        WHERE status IN ('waiting', 'sending') AND due <= :at
            AND (leased IS NULL OR leased <= :at OR leased > :latest)
        ORDER BY due, id
        LIMIT :most
    )
    RETURNING due, id, (SELECT call FROM calls WHERE calls.id = call_id),
        recipient, body, language, at, status, key, sealed, expires, id, tries, carrier_id, error
"""

# A message is due when it is written, or after a pause. One that is due later was written, or put off, before the clock
# was set back.
HELD_UP = """
    SELECT 1 FROM messages
    WHERE status IN ('waiting', 'sending') AND due > :written AND (tries = 0 OR due > :put_off) LIMIT 1
"""
DUE_NOW = """
    UPDATE messages SET due = :at
    WHERE status IN ('waiting', 'sending') AND due > :written AND (tries = 0 OR due > :put_off)
"""

RELEASE_MESSAGE = "UPDATE messages SET leased = NULL WHERE id = ? AND status = 'waiting'"

MARK_SENDING = """
    UPDATE messages SET status = 'sending', tries = tries + 1, leased = :leased
    WHERE id = :number AND status = 'waiting' AND leased > :at AND (expires IS NULL OR expires > :at)
    RETURNING id
"""

MARK_MESSAGE = """
    UPDATE messages SET
        status = :status, carrier_id = :carrier_id, error = :error, due = coalesce(:due, due), leased = NULL,
        body = CASE WHEN sealed AND :status <> 'waiting' THEN '' ELSE body END
    WHERE id = :number AND (status = 'sending' OR (status = 'unknown' AND :status IN ('sent', 'failed')))
"""

REPORT_MESSAGE = """
    UPDATE messages SET
        status = :status, carrier_id = CASE carrier_id WHEN '' THEN :carrier_id ELSE carrier_id END, error = :error,
        body = CASE WHEN sealed THEN '' ELSE body END
    WHERE id = :number AND status IN ('waiting', 'sending', 'sent', 'unknown') AND tries > 0
        AND (carrier_id = '' OR :carrier_id IN ('', carrier_id))
"""

END = """
    UPDATE calls SET ending = :ending, ended = coalesce(ended, :at), session = NULL
    WHERE call = :call AND (ended IS NULL OR (ending = 'hung_up' AND :ending = 'transferred'))
"""

KEEP_VOICEMAIL = """
    INSERT INTO voicemails (url, call, seconds, at) VALUES (?, ?, ?, ?)
    ON CONFLICT (url) DO UPDATE SET call = excluded.call, seconds = excluded.seconds, at = excluded.at
"""

KEEP_VERSION = """
    INSERT INTO versions (version, hotline, kept, sources)
    VALUES (?, ?, (SELECT coalesce(max(kept), 0) + 1 FROM versions), ?)
    ON CONFLICT (version) DO UPDATE SET kept = excluded.kept
"""

PRESENT_SOURCES = (
    "SELECT sources FROM versions WHERE kept IN (SELECT max(kept) FROM versions GROUP BY hotline)"
)

PUBLISH = """
    INSERT INTO published (folder, version, recordings, bulletins, code, digest, problem)
    VALUES (:folder, :version, :recordings, :bulletins, :code, :digest, :problem)
    ON CONFLICT (folder) DO UPDATE SET
        version = excluded.version, recordings = excluded.recordings, bulletins = excluded.bulletins,
        code = excluded.code, digest = excluded.digest, problem = excluded.problem
"""

PUBLISHED = "SELECT version, recordings, bulletins, code, digest, problem FROM published WHERE folder = ?"

RECORD = """
    SELECT call, hotline, version, caller, language, started, ended, ending, turn, urgent, reason, id FROM calls
"""

WANTED = """
    WHERE started >= :since AND started < :until
        AND call NOT LIKE 'doctor-%'  -- the calls of `ivr twilio doctor` are nobody's
        AND (:caller = '' OR substr(caller, -length(:caller)) = :caller)
        AND (:ending = '' OR ending = :ending)
        AND (:hotline = '' OR hotline = :hotline)
        AND (NOT :urgent OR urgent)
        AND (NOT :failed OR EXISTS (SELECT 1 FROM path WHERE call_id = calls.id AND event = 'InternalError'))
        AND (:node = '' OR EXISTS (
            SELECT 1 FROM path
            WHERE call_id = calls.id AND instr(' ' || node || ' ' || passed || ' ', ' ' || :node || ' ')
        ))
    ORDER BY started DESC, id DESC
    LIMIT :limit
"""

PATH = "SELECT turn, at, node, event, keys, outcome, passed FROM path WHERE call_id = ? ORDER BY token, place"

MESSAGES = """
    SELECT recipient, body, language, at, status, key, sealed, expires, id, tries, carrier_id, error FROM messages
    WHERE call_id = ? ORDER BY id
"""

VOICEMAILS = "SELECT url, seconds, at FROM voicemails WHERE call = ? ORDER BY at, url"

# A call without an end still goes on, unless it began so long ago that its end was never reported.
_PURGEABLE = "FROM calls WHERE started < :before AND (ended IS NOT NULL OR started < :abandoned)"

OLDEST = f"SELECT id, call {_PURGEABLE} ORDER BY started LIMIT :most"

COUNT_PURGEABLE = f"SELECT count(*) {_PURGEABLE}"

PURGE = (
    ("path", "DELETE FROM path WHERE call_id = :id"),
    ("messages", "DELETE FROM messages WHERE call_id = :id"),
    ("voicemails", "DELETE FROM voicemails WHERE call = :call"),
    ("calls", "DELETE FROM calls WHERE id = :id"),
)

PURGE_STRAYS = """
    DELETE FROM voicemails WHERE at < ? AND NOT EXISTS (SELECT 1 FROM calls WHERE calls.call = voicemails.call)
"""

PURGE_RUNS = "DELETE FROM runs WHERE run IN (SELECT run FROM runs WHERE at < ? ORDER BY at LIMIT ?)"

# The newest version of a hotline stays, and the published one of each folder: the next call begins with it, even if no
# call has used it yet.
PURGE_VERSIONS = """
    DELETE FROM versions
    WHERE NOT EXISTS (SELECT 1 FROM calls WHERE calls.version = versions.version)
        AND version NOT IN (SELECT version FROM published)
        AND kept < (SELECT max(kept) FROM versions AS newest WHERE newest.hotline = versions.hotline)
"""
