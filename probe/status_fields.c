/* The table of single values. */
#include "probe/status_fields.h"

#include "probe/status_model.h"

#define AT(member) offsetof(struct status, member)

static const struct status_field fields[] = {
    {"probe", "version", STATUS_TEXT, AT(probe.version), NULL, NULL, false},
    {"probe", "pid", STATUS_NUMBER, AT(probe.pid), NULL, NULL, false},
    {"probe", "started", STATUS_TIME, AT(probe.started_us), "netvane_start_time_seconds",
        "When the daemon started, in Unix time.", false},
    {"probe", "uptime_s", STATUS_NUMBER, AT(probe.uptime_s), NULL, NULL, false},
    {"probe", "sandbox", STATUS_TEXT, AT(probe.sandbox), NULL, NULL, false},
    {"probe", "paused", STATUS_FLAG, AT(probe.paused), "netvane_paused", "1 while somebody has paused the probe.", false},
    {"probe", "paused_until", STATUS_TIME, AT(probe.paused_until_us), NULL, NULL, false},
    {"probe", "last_round", STATUS_TIME, AT(probe.last_round_us), "netvane_last_round_timestamp_seconds",
        "When the last round began, in Unix time.", false},
    {"probe", "next_round", STATUS_TIME, AT(probe.next_round_us), "netvane_next_round_timestamp_seconds",
        "When the next round is due, in Unix time.", false},
    {"probe", "state_dir", STATUS_TEXT, AT(probe.state_dir), NULL, NULL, false},
    {"network", "local_interception", STATUS_FLAG, AT(network.local_interception), "netvane_local_interception",
        "1 where certificates are replaced on every site, controls included.", false},
    {"budget", "bytes_today", STATUS_NUMBER, AT(budget.bytes_today), "netvane_budget_used_bytes",
        "Bytes sent and received today.", false},
    {"budget", "limit", STATUS_NUMBER, AT(budget.limit), "netvane_budget_limit_bytes",
        "Bytes that may be sent and received in a day.", false},
    {"budget", "skipped", STATUS_NUMBER, AT(budget.skipped), "netvane_budget_skipped_measurements",
        "Measurements left out today because the budget was spent.", false},
    {"journal", "bytes", STATUS_NUMBER, AT(journal.bytes), "netvane_journal_bytes", "Size of the journal on the disk.",
        false},
    {"journal", "quota", STATUS_NUMBER, AT(journal.quota), "netvane_journal_quota_bytes",
        "Size that the journal may have.", false},
    {"journal", "spool_lines", STATUS_NUMBER, AT(journal.spool_lines), "netvane_spool_records",
        "Records that wait in memory for the disk.", false},
    {"journal", "trouble", STATUS_TEXT, AT(journal.trouble), "netvane_journal_trouble",
        "1 while the journal cannot be written.", false},
    {"counters", "rounds", STATUS_NUMBER, AT(counters.rounds), "netvane_rounds_total",
        "Rounds since the daemon started.", true},
    {"counters", "measurements", STATUS_NUMBER, AT(counters.measurements), "netvane_measurements_total",
        "Measurements of targets since the daemon started.", true},
    {"counters", "events", STATUS_NUMBER, AT(counters.events), "netvane_events_total",
        "Records of events since the daemon started.", true},
    {"counters", "bytes", STATUS_NUMBER, AT(counters.bytes), "netvane_traffic_bytes_total",
        "Bytes sent and received since the daemon started.", true},
    {"counters", "lost", STATUS_NUMBER, AT(counters.lost), "netvane_lost_records_total",
        "Records lost since the daemon started, for want of disk and memory.", true},
};

enum { NFIELDS = sizeof(fields) / sizeof(fields[0]) };

const struct status_field *
status_field(size_t i)
{
	return i < NFIELDS ? &fields[i] : NULL;
}

void *
status_field_at(struct status *st, const struct status_field *field)
{
	return (char *)st + field->offset;
}

const void *
status_field_of(const struct status *st, const struct status_field *field)
{
	return (const char *)st + field->offset;
}
