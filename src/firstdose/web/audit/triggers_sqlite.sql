-- What SQLite refuses on the log. Statements are parted by blank lines. Texts begin with "the log": people read them.

CREATE TRIGGER event_never_changes BEFORE UPDATE ON event BEGIN
  SELECT RAISE(ABORT, 'the log is never changed');
END

CREATE TRIGGER event_never_goes BEFORE DELETE ON event BEGIN
  SELECT RAISE(ABORT, 'the log is never shortened');
END

CREATE TRIGGER event_follows BEFORE INSERT ON event
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)
  OR NEW.prev IS NOT coalesce((SELECT hash FROM event ORDER BY seq DESC LIMIT 1), NEW.prev)
  OR length(NEW.prev) <> 64 OR length(NEW.hash) <> 64 BEGIN
  SELECT RAISE(ABORT, 'the log only grows at its end');
END

CREATE TRIGGER payload_never_changes BEFORE UPDATE ON payload BEGIN
  SELECT RAISE(ABORT, 'the log is never changed');
END

CREATE TRIGGER payload_never_goes BEFORE DELETE ON payload BEGIN
  SELECT RAISE(ABORT, 'the log is never shortened');
END

CREATE TRIGGER payload_follows BEFORE INSERT ON payload
WHEN NEW.seq <= (SELECT coalesce(max(seq), 0) FROM payload)
  OR NOT EXISTS (SELECT 1 FROM event WHERE event.seq = NEW.seq) BEGIN
  SELECT RAISE(ABORT, 'the log only grows at its end');
END

CREATE TRIGGER anchor_never_changes BEFORE UPDATE ON anchor BEGIN
  SELECT RAISE(ABORT, 'the log is never changed');
END

CREATE TRIGGER anchor_never_goes BEFORE DELETE ON anchor BEGIN
  SELECT RAISE(ABORT, 'the log is never shortened');
END

CREATE TRIGGER anchor_follows BEFORE INSERT ON anchor
WHEN EXISTS (SELECT 1 FROM anchor WHERE anchor.id = NEW.id)
  OR NOT EXISTS (SELECT 1 FROM event WHERE event.seq = NEW.seq) BEGIN
  SELECT RAISE(ABORT, 'the log only grows at its end');
END
