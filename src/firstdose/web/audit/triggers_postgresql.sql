-- What PostgreSQL refuses on the log. Statements are parted by blank lines. Texts begin with "the log": people read them.

CREATE OR REPLACE FUNCTION log_refuses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'the log is never changed and never shortened (% on %)', TG_OP, TG_TABLE_NAME;
END $$

CREATE OR REPLACE FUNCTION event_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE head record; BEGIN
  SELECT seq, hash INTO head FROM event ORDER BY seq DESC LIMIT 1;
  IF NEW.seq <> coalesce(head.seq, 0) + 1 OR NEW.prev <> coalesce(head.hash, NEW.prev)
    OR length(NEW.prev) <> 64 OR length(NEW.hash) <> 64 THEN
    RAISE EXCEPTION 'the log only grows at its end';
  END IF;
  RETURN NEW;
END $$

CREATE OR REPLACE FUNCTION payload_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE told text; BEGIN
  SELECT payload_digest INTO told FROM event WHERE event.seq = NEW.seq;
  IF told IS NULL OR NEW.seq <= (SELECT coalesce(max(seq), 0) FROM payload)
    OR told <> encode(sha256(decode(NEW.salt, 'hex') || convert_to(NEW.text, 'UTF8')), 'hex') THEN
    RAISE EXCEPTION 'the log only grows at its end';
  END IF;
  RETURN NEW;
END $$

CREATE OR REPLACE FUNCTION anchor_follows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM event WHERE event.seq = NEW.seq) THEN
    RAISE EXCEPTION 'the log only grows at its end';
  END IF;
  RETURN NEW;
END $$

CREATE TRIGGER event_never_changes BEFORE UPDATE OR DELETE ON event FOR EACH ROW EXECUTE FUNCTION log_refuses()

CREATE TRIGGER event_never_goes BEFORE TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION log_refuses()

CREATE TRIGGER event_follows BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION event_follows()

CREATE TRIGGER payload_never_changes BEFORE UPDATE OR DELETE ON payload FOR EACH ROW EXECUTE FUNCTION log_refuses()

CREATE TRIGGER payload_never_goes BEFORE TRUNCATE ON payload FOR EACH STATEMENT EXECUTE FUNCTION log_refuses()

CREATE TRIGGER payload_follows BEFORE INSERT ON payload FOR EACH ROW EXECUTE FUNCTION payload_follows()

CREATE TRIGGER anchor_never_changes BEFORE UPDATE OR DELETE ON anchor FOR EACH ROW EXECUTE FUNCTION log_refuses()

CREATE TRIGGER anchor_never_goes BEFORE TRUNCATE ON anchor FOR EACH STATEMENT EXECUTE FUNCTION log_refuses()

CREATE TRIGGER anchor_follows BEFORE INSERT ON anchor FOR EACH ROW EXECUTE FUNCTION anchor_follows()
