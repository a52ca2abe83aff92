/* SIGUSR2: the daemon says how it is, to the log and to a file. */
#include "probe/daemon_parts.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/resource.h>
#include <event2/event.h>

#include "base/log.h"
#include "base/mem.h"
#include "probe/alert.h"
#include "probe/dump.h"
#include "probe/options.h"
#include "probe/probe.h"
#include "probe/status_file.h"

/* Linux's: pages in all, pages in memory. -1 where there is no such file. */
static int64_t
resident_bytes(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	long long pages = -1;

	if (file == NULL)
		return -1;
	if (fscanf(file, "%*d %lld", &pages) != 1)
		pages = -1;
	fclose(file);
	return pages < 0 ? -1 : (int64_t)pages * sysconf(_SC_PAGESIZE);
}

/* Without the one that it takes to look. */
static int64_t
open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	int64_t n = -1;

	if (dir == NULL)
		return -1;
	while ((entry = readdir(dir)) != NULL)
		n += entry->d_name[0] != '.';
	closedir(dir);
	return n;
}

static void
look_at_process(const struct daemon *d, struct dump_process *out)
{
	struct rlimit limit;
	struct rusage usage;

	*out = (struct dump_process){.pid = getpid(), .rss_bytes = resident_bytes(), .rss_most_bytes = -1,
	    .descriptors = open_descriptors(), .descriptors_limit = -1,
	    .loop_events = event_base_get_num_events(d->probe->base, EVENT_BASE_COUNT_ADDED)};
	if (getrusage(RUSAGE_SELF, &usage) == 0)
		out->rss_most_bytes = (int64_t)usage.ru_maxrss * 1024;
	/* The kernel brings that up to date now and then only. */
	if (out->rss_bytes > out->rss_most_bytes)
		out->rss_most_bytes = out->rss_bytes;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
		out->descriptors_limit = (int64_t)limit.rlim_cur;
}

struct adding {
	struct dump *dump;
	struct sched_now now;
};

static void
add_target(const struct sched_outlook *outlook, void *arg)
{
	const struct adding *a = arg;

	dump_add_target(a->dump, outlook, a->now);
}

static void
fill(struct daemon *d, struct status *status, struct dump *out)
{
	struct adding adding = {out, daemon_now()};

	daemon_fill_status(status, d);
	*out = (struct dump){.status = status, .line = d->round_cause, .round_running = d->round != NULL,
	    .stopping = d->stopping, .reloading = d->reload};
	look_at_process(d, &out->process);
	sched_next(d->sched, adding.now, &out->why);
	sched_each(d->sched, adding.now, add_target, &adding);
	out->today = *sched_skipped(d->sched, 0);
	out->limits = (struct sched_limits){.targets_per_hour = d->options->conf->targets_per_hour,
	    .bytes_per_day = d->options->conf->bytes_per_day, .reserve = d->options->conf->reserve};
	out->webhook = alert_count(d->alert, &out->webhook_counts, &out->webhook_held);
}

static void
log_line(const char *text, void *arg)
{
	(void)arg;
	log_info("state: %s", text);
}

void
daemon_on_dump(evutil_socket_t fd, short what, void *arg)
{
	enum { OWNER_ONLY = 0600 };
	struct daemon *d = arg;
	char *path = xasprintf("%s/dump.json", d->options->state);
	struct status *status = status_new();
	struct buf text = BUF_EMPTY;
	struct dump dump;

	(void)fd;
	(void)what;
	fill(d, status, &dump);
	dump_tell(&dump, log_line, NULL);
	dump_encode(&dump, &text);
	if (status_file_write_mode(path, &text, OWNER_ONLY) == 0)
		log_info("state: all of it is in %s", path);
	dump_clear(&dump);
	status_free(status);
	buf_free(&text);
	free(path);
}
