/* What the daemon shows of itself: the status page, the file for a collector, what netvane status reads. */
#include "probe/daemon_parts.h"

#include <signal.h>
#include <stdlib.h>

#include "config.h"

#include "base/clock.h"
#include "base/log.h"
#include "probe/archive.h"
#include "probe/baseline.h"
#include "probe/options.h"
#include "probe/probe.h"
#include "probe/resolver.h"
#include "probe/seen.h"
#include "probe/status_file.h"
#include "probe/status_server.h"
#include "probe/status_view.h"
#include "probe/watch.h"

void
daemon_keep_run(struct daemon *d)
{
	const struct sched_day *today = sched_skipped(d->sched, 0);
	struct buf words = BUF_EMPTY;
	struct seen_run run = {.started_us = d->started_us, .next_round_us = d->next_round_us,
	    .counters = d->counters, .budget = {.bytes_today = today->bytes, .limit = d->options->conf->bytes_per_day,
	    .skipped = today->late + today->refused}};

	run.counters.lost = archive_lost(d->archive);
	archive_fill(d->archive, &run.journal);
	if (run.budget.limit == 0)
		run.budget.limit = -1;
	sandbox_words(&d->sandbox, &words);
	run.sandbox = buf_str(&words);
	seen_run(baselines_database(d->baselines), &run);
	buf_free(&words);
}

void
daemon_fill_status(struct status *status, void *arg)
{
	struct daemon *d = arg;
	int64_t now_us = clock_wall_us();
	size_t i;

	seen_fill(baselines_database(d->baselines), now_us, status);
	status->taken_us = now_us;
	status->probe.version = status_text_copy(status, PACKAGE_VERSION);
	status->probe.state_dir = status_text_copy(status, d->options->state);
	status->probe.pid = getpid();
	status->probe.started_us = d->started_us;
	status->probe.uptime_s = (now_us - d->started_us) / 1000000;
	status->probe.next_round_us = d->next_round_us;
	status->probe.paused = d->paused;
	for (i = 0; i < status->ntargets; i++)
		status->targets[i].burst = sched_state_of(d->sched, status->targets[i].url) == SCHED_BURST;
	watch_fill(d->watch, status);
	archive_fill(d->archive, &status->journal);
	status->counters.lost = archive_lost(d->archive);
	if (d->round == NULL)
		baselines_commit(d->baselines);
}

void
daemon_write_textfile(struct daemon *d)
{
	const char *path = d->options->conf->status_textfile;
	struct buf text = BUF_EMPTY;
	struct status *status;

	if (*path == '\0')
		return;
	status = status_new();
	daemon_fill_status(status, d);
	status_metrics(status, clock_wall_us(), &text);
	(void)status_file_write(path, &text);
	status_free(status);
	buf_free(&text);
}

/* The page, if there is to be one. False: it cannot be. */
bool
daemon_start_page(struct daemon *d)
{
	struct status_server_plan plan = {.base = d->probe->base, .listen = d->options->conf->status_listen,
	    .fill = daemon_fill_status, .arg = d};
	struct sockaddr_storage sa;
	char *address;

	status_server_free(d->status_server);
	d->status_server = NULL;
	if (*plan.listen == '\0')
		return true;
	d->status_server = status_server_start(&plan);
	if (d->status_server == NULL)
		return false;
	status_server_address(d->status_server, &sa);
	address = resolver_text(&sa);
	log_info("the status page is at http://%s/", address);
	free(address);
	return true;
}
