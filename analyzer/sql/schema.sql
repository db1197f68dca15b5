-- What `lockjam export --format=sqlite` writes; docs/sqlite.md explains it. Times are nanoseconds;
-- points in time count from the start of the recording of their process.

CREATE TABLE processes (
    process_id        INTEGER PRIMARY KEY,
    pid               INTEGER NOT NULL,
    executable        TEXT NOT NULL,
    command           TEXT NOT NULL, -- arguments, separated by blanks
    started_ns        INTEGER NOT NULL, -- since 1970
    duration_ns       INTEGER NOT NULL,
    lost              INTEGER NOT NULL -- facts that the recording had to drop
);

CREATE TABLE threads (
    thread_id         INTEGER PRIMARY KEY,
    process_id        INTEGER NOT NULL REFERENCES processes,
    tid               INTEGER NOT NULL,
    name              TEXT NOT NULL,
    lifetime_ns       INTEGER NOT NULL,
    wait_ns           INTEGER NOT NULL,
    waits             INTEGER NOT NULL,
    blocked_others_ns INTEGER NOT NULL
);

CREATE TABLE stacks (
    stack_id          INTEGER PRIMARY KEY,
    process_id        INTEGER NOT NULL REFERENCES processes,
    site              TEXT NOT NULL, -- the call site: the innermost frame that is not plumbing
    is_cut            INTEGER NOT NULL -- 1: outer frames are missing
);

CREATE TABLE frames (
    stack_id          INTEGER NOT NULL REFERENCES stacks,
    position          INTEGER NOT NULL, -- 0 = innermost
    function          TEXT,
    file              TEXT,
    line              INTEGER,
    module            TEXT,
    offset            INTEGER NOT NULL, -- in the module
    is_inlined        INTEGER NOT NULL, -- into the frame of the next position
    language          TEXT NOT NULL, -- native, python
    PRIMARY KEY (stack_id, position)
) WITHOUT ROWID;

CREATE TABLE locks (
    lock_id           INTEGER PRIMARY KEY,
    process_id        INTEGER NOT NULL REFERENCES processes,
    id                INTEGER NOT NULL, -- as in `lockjam dump`
    name              TEXT NOT NULL,
    class             TEXT NOT NULL,
    kind              TEXT NOT NULL,
    address           INTEGER NOT NULL,
    created_stack_id  INTEGER REFERENCES stacks,
    acquisitions      INTEGER NOT NULL,
    contended         INTEGER NOT NULL,
    try_failures      INTEGER NOT NULL,
    timeouts          INTEGER NOT NULL,
    wait_ns           INTEGER NOT NULL,
    wait_max_ns       INTEGER NOT NULL,
    hold_ns           INTEGER NOT NULL,
    hold_max_ns       INTEGER NOT NULL,
    owner_changes     INTEGER NOT NULL,
    max_waiters       INTEGER NOT NULL,
    wakes             INTEGER NOT NULL
);

CREATE TABLE sites (
    site_id           INTEGER PRIMARY KEY,
    lock_id           INTEGER NOT NULL REFERENCES locks,
    stack_id          INTEGER REFERENCES stacks,
    mode              TEXT NOT NULL, -- exclusive, shared
    acquisitions      INTEGER NOT NULL,
    contended         INTEGER NOT NULL,
    try_failures      INTEGER NOT NULL,
    timeouts          INTEGER NOT NULL,
    wait_ns           INTEGER NOT NULL,
    wait_max_ns       INTEGER NOT NULL,
    hold_ns           INTEGER NOT NULL,
    hold_max_ns       INTEGER NOT NULL
);

CREATE TABLE blames (
    lock_id           INTEGER NOT NULL REFERENCES locks,
    waiter_stack_id   INTEGER REFERENCES stacks,
    blocker_stack_id  INTEGER REFERENCES stacks, -- NULL: unknown
    count             INTEGER NOT NULL,
    wait_ns           INTEGER NOT NULL,
    wait_max_ns       INTEGER NOT NULL
);

CREATE TABLE histograms (
    lock_id           INTEGER NOT NULL REFERENCES locks,
    what              TEXT NOT NULL, -- wait, hold
    upper_ns          INTEGER NOT NULL, -- durations below this and not below the row before
    count             INTEGER NOT NULL
);

-- From events: empty with --events=off, and only the newest where rings were full.

CREATE TABLE holds (
    hold_id           INTEGER PRIMARY KEY,
    thread_id         INTEGER REFERENCES threads,
    lock_id           INTEGER REFERENCES locks,
    stack_id          INTEGER REFERENCES stacks,
    begin_ns          INTEGER NOT NULL,
    end_ns            INTEGER NOT NULL,
    is_shared         INTEGER NOT NULL,
    is_unfinished     INTEGER NOT NULL -- still held at the end
);

CREATE TABLE wakes (
    wake_id           INTEGER PRIMARY KEY,
    thread_id         INTEGER REFERENCES threads,
    lock_id           INTEGER REFERENCES locks,
    stack_id          INTEGER REFERENCES stacks,
    at_ns             INTEGER NOT NULL,
    is_broadcast      INTEGER NOT NULL
);

CREATE TABLE waits (
    wait_id           INTEGER PRIMARY KEY,
    thread_id         INTEGER REFERENCES threads,
    lock_id           INTEGER REFERENCES locks,
    stack_id          INTEGER REFERENCES stacks,
    begin_ns          INTEGER NOT NULL,
    end_ns            INTEGER NOT NULL,
    other_thread_id   INTEGER REFERENCES threads, -- who held the lock last, or woke
    hold_id           INTEGER REFERENCES holds, -- the hold that ended it, if it is known
    wake_id           INTEGER REFERENCES wakes, -- or the wake
    is_failed         INTEGER NOT NULL,
    is_unfinished     INTEGER NOT NULL -- still waited at the end
);

-- The questions that everybody asks.

CREATE VIEW lock_report AS
SELECT l.lock_id, p.pid, l.name, l.kind, l.wait_ns, l.wait_max_ns, l.contended, l.acquisitions,
       l.hold_ns, l.hold_max_ns, l.try_failures, l.timeouts, l.owner_changes, l.max_waiters, l.class
FROM locks l JOIN processes p USING (process_id)
ORDER BY l.wait_ns DESC, l.lock_id;

CREATE VIEW site_report AS
SELECT s.site_id, p.pid, l.name AS lock, l.kind, k.site, s.mode, s.wait_ns, s.wait_max_ns,
       s.contended, s.acquisitions, s.hold_ns, s.hold_max_ns, s.try_failures, s.timeouts
FROM sites s JOIN locks l USING (lock_id) JOIN processes p USING (process_id)
     LEFT JOIN stacks k USING (stack_id)
ORDER BY s.wait_ns DESC, s.site_id;

CREATE VIEW blame_report AS
SELECT p.pid, l.name AS lock, l.kind, w.site AS waiter, b.site AS blocker, sum(x.count) AS count,
       sum(x.wait_ns) AS wait_ns, max(x.wait_max_ns) AS wait_max_ns
FROM blames x JOIN locks l USING (lock_id) JOIN processes p USING (process_id)
     LEFT JOIN stacks w ON w.stack_id = x.waiter_stack_id
     LEFT JOIN stacks b ON b.stack_id = x.blocker_stack_id
GROUP BY l.lock_id, w.site, b.site
ORDER BY sum(x.wait_ns) DESC, l.lock_id;

CREATE VIEW class_report AS
SELECT class, kind, count(*) AS locks, sum(wait_ns) AS wait_ns, max(wait_max_ns) AS wait_max_ns,
       sum(contended) AS contended, sum(acquisitions) AS acquisitions, sum(hold_ns) AS hold_ns
FROM locks
GROUP BY class, kind
ORDER BY sum(wait_ns) DESC, class;

CREATE VIEW thread_report AS
SELECT t.thread_id, p.pid, t.tid, t.name, t.wait_ns, t.waits, t.blocked_others_ns, t.lifetime_ns
FROM threads t JOIN processes p USING (process_id)
ORDER BY t.wait_ns DESC, t.thread_id;

CREATE VIEW wait_report AS
SELECT w.wait_id, t.name AS thread, t.tid, l.name AS lock, l.kind, w.begin_ns,
       w.end_ns - w.begin_ns AS wait_ns, k.site AS waiter, o.name AS blocking_thread,
       o.tid AS blocking_tid, coalesce(hk.site, wk.site) AS blocker, w.is_failed, w.is_unfinished
FROM waits w LEFT JOIN threads t USING (thread_id) LEFT JOIN locks l USING (lock_id)
     LEFT JOIN stacks k USING (stack_id)
     LEFT JOIN threads o ON o.thread_id = w.other_thread_id
     LEFT JOIN holds h ON h.hold_id = w.hold_id LEFT JOIN stacks hk ON hk.stack_id = h.stack_id
     LEFT JOIN wakes a ON a.wake_id = w.wake_id LEFT JOIN stacks wk ON wk.stack_id = a.stack_id
ORDER BY w.begin_ns, w.wait_id;
