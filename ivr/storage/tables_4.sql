-- What the servers of a hotline's folder serve, and what is wrong with the folder. The digest is that of the files
-- that this row was made from; the code is the signed name of the Python module.
CREATE TABLE published (
    folder TEXT PRIMARY KEY,
    version TEXT NOT NULL,
    recordings TEXT NOT NULL,
    bulletins TEXT NOT NULL,
    code TEXT NOT NULL,
    digest TEXT NOT NULL,
    problem TEXT NOT NULL
) STRICT;
