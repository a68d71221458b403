"""The one writer: each path and kind leaves exactly its events, all or none (A1, A2, A4, A7, G5)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from firstdose.records.log.chain import hash_of, origin_of
from firstdose.records.log.event import KINDS, Actor, Key, NewEvent
from firstdose.records.log.state import fold
from firstdose.records.log.verifying import verify
from firstdose.web.audit import models
from firstdose.web.audit.append import Locked, Moved, Struck, Unreasoned, append
from firstdose.web.audit.projecting import differences
from firstdose.web.audit.reading import current_state, events
from tests.web import people
from tests.web.audit.conftest import SITE, key_of, setting

VALUE = key_of()
MONITOR = Actor(who="mo", role="monitor")
DATA = Actor(who="dan", role="data manager")
PAYLOADS = {
    "query.answered": {"query": 3, "text": "x"},
    "query.closed": {"query": 3, "text": "x"},
    "query.reopened": {"query": 3, "text": "x"},
    "sdv.done": {"seq": 3},
    "sign.made": {"meaning": "x", "shown": [["P-001", 3]]},
    "redacted": {"seq": 3, "reason": "x"},
}


def act(kind: str, key: Key = VALUE, by: Actor = MONITOR, **payload):
    return append(
        [NewEvent(kind=kind, key=key, site="site", payload={"reason": "tried by a test"} | payload)], by=by
    )


def kinds() -> list[str]:
    return [each.kind for each in events()]


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"protocol.activated"}))
def test_every_kind_leaves_exactly_one_event_with_who_when_what_and_why(participant, clock, kind):
    told = {"reason": "because", **PAYLOADS.get(kind, {})}
    before = models.Event.objects.count()
    append([NewEvent(kind=kind, key=VALUE, site="site", payload=told)], by=SITE, idem="one")
    [event] = list(events(after=before))
    assert (event.kind, event.actor, event.role, event.auth) == (kind, SITE.who, SITE.role, SITE.auth)
    assert (event.at, event.key, event.site, event.idem) == (
        "2031-03-03T09:00:00.000000Z",
        VALUE,
        "site",
        "one",
    )
    assert told.items() <= dict(event.payload).items()
    assert verify(events()).whole
    assert differences() == []


@pytest.mark.parametrize(
    "text", ["3.5", "<0.5", "ND: device broken", "2024-03", "yes", "β-glucan", "ein\nBrief", ""]
)
def test_create_change_blank_and_restore_each_write_who_when_what_old_and_new(participant, clock, text):
    for old, kind, new in [
        ("", "value.set", text),
        (text, "value.set", "7"),
        ("7", "value.cleared", ""),
        ("", "value.set", text),
    ]:
        told = {"old": old, "new": new, "raw": new, "unit": "", "reason": "typed wrong"}
        append([NewEvent(kind=kind, key=VALUE, site="site", payload=told)], by=SITE)
        event = list(events())[-1]
        assert (event.kind, event.payload["old"], event.payload["new"]) == (kind, old, new)
        assert models.CurrentValue.objects.get(item="pasi").text == new
    assert differences() == []


def test_the_old_value_stays_readable_after_any_number_of_changes(participant):
    for number in range(30):
        append([setting(str(number), reason="again")], by=SITE)
    told = [each.payload for each in events(kind="value.set")]
    assert [(each["old"], each["new"]) for each in told] == [
        ("" if n == 0 else str(n - 1), str(n)) for n in range(30)
    ]


def test_the_old_value_is_what_stands_there_whatever_the_caller_says(participant):
    append([setting("1")], by=SITE)
    wrong = NewEvent(
        kind="value.set", key=VALUE, site="site", payload={"old": "99", "new": "2", "reason": "again"}
    )
    append([wrong, setting("3")], by=SITE)
    assert [each.payload["old"] for each in events(kind="value.set")] == ["", "1", "2"]


def test_time_is_the_servers_and_never_runs_backwards(participant, clock):
    append([setting("1")], by=SITE)
    clock.later(days=-400)
    [event] = append([setting("2")], by=SITE)
    assert event.at == "2031-03-03T09:00:00.000000Z"
    clock.later(days=401)
    assert append([setting("3")], by=SITE)[0].at == "2031-03-04T09:00:00.000000Z"
    assert verify(events()).whole


def test_all_events_are_written_or_none(participant):
    before = models.Event.objects.count()
    with pytest.raises(TypeError):
        append([setting("1"), NewEvent(kind="value.set", key=VALUE, payload={"new": 1.5})], by=SITE)
    with pytest.raises(ValueError, match="no kinds"):
        append([setting("1"), NewEvent(kind="value.guessed")], by=SITE)
    assert models.Event.objects.count() == before
    assert not models.CurrentValue.objects.exists()


def test_nothing_appended_leaves_nothing(participant):
    assert append([], by=SITE) == ()


def test_the_chain_follows_from_the_study(participant):
    told = list(events())
    assert told[0].prev == origin_of(told[0].study)
    assert [each.prev for each in told[1:]] == [each.hash for each in told[:-1]]
    assert all(each.hash == hash_of(each) for each in told)


def test_a_log_begins_with_a_study_and_keeps_it(db):
    with pytest.raises(ValueError, match="names its study"):
        act("login.done")
    study = people.activate()
    with pytest.raises(ValueError, match="this log is of study"):
        append([NewEvent(kind="login.done")], by=SITE, study=study.id + "-other")


def test_what_is_the_same_text_is_the_same_value(participant):
    append([setting("1", item="e\u0301")], by=SITE)
    append([setting("2", item="é")], by=SITE, seen={key_of(item="e\u0301"): models.Event.objects.count()})
    assert models.CurrentValue.objects.get().text == "2"


# --------------------------------------------------------------------------------------------- two people, one form


def test_a_save_sent_twice_gives_one_set_of_events(participant):
    first = append([setting("1"), setting("2", item="bsa")], by=SITE, idem="uuid")
    again = append([setting("1"), setting("2", item="bsa")], by=SITE, idem="uuid")
    assert [each.hash for each in again] == [each.hash for each in first]
    assert kinds().count("value.set") == 2


def test_two_people_never_overwrite_each_other(participant):
    [mine] = append([setting("1")], by=SITE, seen={VALUE: 0})
    with pytest.raises(Moved) as caught:
        append([setting("2")], by=MONITOR, seen={VALUE: 0})
    assert caught.value.moved == {VALUE: mine.seq}
    assert [each.code for each in caught.value.issues] == ["FD-W172"]
    append([setting("2")], by=MONITOR, seen={VALUE: mine.seq})
    assert [each.payload["old"] for each in events(kind="value.set")] == ["", "1"]


def test_a_value_that_is_not_saved_may_be_asked_for_too(participant):
    append([setting("1")], by=SITE)
    with pytest.raises(Moved):
        append([setting("1", item="bsa")], by=SITE, seen={VALUE: 0, key_of(item="bsa"): 0})


def test_a_form_of_twenty_items_costs_as_many_queries_as_one_of_one(participant):
    append([setting("0", item="other")], by=SITE)
    counted = []
    for items in (1, 20):
        new = [setting("1", item=f"i{items}_{n}") for n in range(items)]
        with CaptureQueriesContext(connection) as queries:
            append(new, by=SITE, idem=f"n{items}", seen={each.key: 0 for each in new})
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 13


# -------------------------------------------------------------------------------------- what follows from a change


def test_a_change_voids_its_signature_and_its_verification_in_the_same_transaction(participant):
    [value] = append([setting("1")], by=SITE)
    act("sdv.done", seq=value.seq)
    [signature] = act("sign.made", VALUE.record, shown=[["key", value.seq]])
    written = append([setting("2", reason="typo"), setting("3", reason="typo")], by=SITE)
    assert [each.kind for each in written] == ["value.set", "value.set", "sign.voided", "sdv.voided"]
    assert written[2].payload == {"signature": signature.seq}
    assert written[3].payload == {"seq": value.seq}
    row = models.CurrentValue.objects.get()
    assert (row.text, row.signed, row.verified) == ("3", 0, 0)
    assert [each.kind for each in append([setting("4", reason="typo")], by=SITE)] == ["value.set"]
    assert differences() == []


def test_a_verification_of_an_older_value_verifies_nothing(participant):
    [old] = append([setting("1")], by=SITE)
    append([setting("2")], by=SITE)
    act("sdv.done", seq=old.seq)
    assert models.CurrentValue.objects.get().verified == 0


# --------------------------------------------------------------------------------------------------- locks and strikes

ENTRIES = ["value.set", "value.cleared", "repeat.added", "repeat.struck", "repeat.restored", "form.completed",
           "form.reopened", "photo.added", "dose.given"]  # fmt: skip
SCOPES = {"study": Key(), "participant": Key("P-001"), "visit": Key("P-001", "V1")}


@pytest.mark.parametrize("kind", ENTRIES)
@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES.keys())
def test_a_lock_refuses_every_entry_of_everybody(participant, scope, kind):
    act("lock.locked", scope, DATA)
    for by in (SITE, DATA, Actor(who="process import 1")):
        with pytest.raises(Locked) as caught:
            act(kind, VALUE, by)
        assert caught.value.places == (("locked", scope.participant, scope.visit),)
        assert caught.value.issues[0].code == "FD-W170"
    act("lock.unlocked", scope, DATA, reason="found")
    act(kind, VALUE, SITE)
    assert differences() == []


@pytest.mark.parametrize("kind", ENTRIES)
@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES.keys())
def test_frost_refuses_every_entry_of_the_site_but_none_of_the_data_manager(participant, scope, kind):
    act("lock.frozen", scope, DATA)
    for by in (SITE, MONITOR, Actor(who="process import 1")):
        with pytest.raises(Locked):
            act(kind, VALUE, by)
    act(kind, VALUE, DATA)
    act("lock.thawed", scope, DATA, reason="found")
    act(kind, VALUE, SITE)


def test_a_locked_study_takes_no_participant(study):
    act("lock.locked", Key(), DATA)
    with pytest.raises(Locked, match="The study is locked"):
        people.add_participant()


@pytest.mark.parametrize(
    "kind", ["query.opened", "sdv.done", "sign.made", "deviation.proposed", "ae.reported", "export.made"]
)
def test_work_on_what_is_locked_goes_on(participant, kind):
    act("lock.locked", Key(), DATA)
    assert act(kind, VALUE, MONITOR, **PAYLOADS.get(kind, {}))


def test_a_lock_holds_for_its_visit_and_participant_only(participant):
    people.add_participant("P-002")
    act("lock.locked", Key("P-001", "V1"), DATA)
    append(
        [
            setting("1", visit="V2"),
            setting("1", participant="P-002"),
            setting("1", visit="", form="events", repeat="1"),
        ],
        by=SITE,
    )
    with pytest.raises(Locked, match="Visit V1 of participant P-001"):
        append([setting("1", visit="V2"), setting("1")], by=SITE)


def test_a_struck_record_takes_no_values_until_it_counts_again(participant):
    append([setting("1")], by=SITE)
    act("repeat.struck", VALUE.record, SITE, reason="wrong person")
    with pytest.raises(Struck) as caught:
        append([setting("2")], by=SITE)
    assert (caught.value.keys, caught.value.issues[0].code) == ((VALUE.record,), "FD-W171")
    restored = NewEvent(kind="repeat.restored", key=VALUE.record, payload={"reason": "right after all"})
    append([restored, setting("2")], by=SITE)
    with pytest.raises(Struck):
        append([NewEvent(kind="repeat.struck", key=VALUE.record), setting("3")], by=SITE)


def test_a_struck_participant_takes_no_values_in_any_form(participant):
    act("repeat.struck", Key("P-001", form="participants"), SITE, reason="entered twice")
    with pytest.raises(Struck):
        append([setting("2")], by=SITE)


# ------------------------------------------------------------------------------------------- what holds, by two ways


def test_the_current_tables_are_the_fold_of_the_core(participant):
    append([setting("1"), setting("2", item="bsa"), setting("x", form="ae", visit="", repeat="1")], by=SITE)
    append([setting("3", reason="typo")], by=SITE)
    act("repeat.struck", key_of(form="ae", visit="", repeat="1").record, SITE, reason="no")
    act("form.completed", VALUE.record, SITE)
    by_core, by_tables = fold(events()), current_state()
    assert (by_tables.values, by_tables.records) == (by_core.values, by_core.records)


def test_a_save_inside_a_greater_transaction_is_undone_with_it(participant):
    before = kinds()
    with transaction.atomic():
        append([setting("1")], by=SITE)
        append([setting("2")], by=SITE)
        transaction.set_rollback(True)
    assert kinds() == before
    append([setting("1")], by=SITE)
    assert verify(events()).whole


def test_payloads_stand_in_their_canonical_text(participant):
    [event] = append([setting("β")], by=SITE)
    text = models.Payload.objects.get(seq=event.seq).text
    assert text == json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_an_hour_is_an_hour(participant, clock):
    first = append([setting("1")], by=SITE)[0]
    clock.time += timedelta(hours=1)
    assert append([setting("2")], by=SITE)[0].at[11:13] == f"{int(first.at[11:13]) + 1:02d}"


# ------------------------------------------------------------------------------------------------------------ reasons


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_no_way_changes_a_saved_value_without_a_reason(participant, reason):
    append([setting("1", reason="")], by=SITE)
    for kind, new in (("value.set", "2"), ("value.cleared", "")):
        told = {"new": new, "raw": new, "reason": reason}
        with pytest.raises(Unreasoned) as caught:
            append([NewEvent(kind=kind, key=VALUE, site="site", payload=told)], by=SITE)
        assert caught.value.issues[0].code == "FD-W180"
    assert models.CurrentValue.objects.get(item="pasi").text == "1"
