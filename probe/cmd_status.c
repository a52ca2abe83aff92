/* netvane status: what is reachable now and what the daemon is doing, from the state on the disk, whether it runs or not. */
#include "probe/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "config.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/table.h"
#include "probe/baseline.h"
#include "probe/cmd_output.h"
#include "probe/options.h"
#include "probe/pause.h"
#include "probe/seen.h"
#include "probe/status_json.h"
#include "probe/status_view.h"

static const char help[] =
    "usage: netvane status [OPTION]...\n\n"
    "Shows what was reachable when last measured, how the last days were, and what\n"
    "'netvane run' is doing. Reads what it keeps on the disk, whether it runs or not,\n"
    "and sends nothing.\n\n"
    "  -c, --config FILE       read this configuration too\n"
    "      --state DIR         the state directory that is meant; the service has\n"
    "                          /var/lib/netvane\n"
    "      --json              one JSON object\n"
    "      --color WHEN        auto, always or never\n"
    "  -h, --help              this text\n\n"
    "Exit codes, of what was measured last: 0 nothing suspected, 1 something suspected,\n"
    "2 something confirmed, 3 nothing is known, or netvane does not run; 64 and above:\n"
    "the tool could not work.\n\n"
    "Example:\n"
    "  netvane status --state /var/lib/netvane\n";

/* Whose lock on the state directory it is; 0: nobody's. Only looks. */
static pid_t
owner(const char *state_dir)
{
	char *path = xasprintf("%s/lock", state_dir), text[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	pid_t pid = 0;
	ssize_t n;

	free(path);
	if (fd == -1)
		return 0;
	if (flock(fd, LOCK_SH | LOCK_NB) == -1 && errno == EWOULDBLOCK) {
		n = read(fd, text, sizeof(text) - 1);
		pid = n > 0 ? (pid_t)atol(text) : -1;
	}
	close(fd);
	return pid;
}

static void
fill(const struct options *o, int64_t now_us, struct status *status)
{
	struct baselines *b = baselines_look(o->state);
	struct pause pause;
	pid_t pid = owner(o->state);

	seen_fill(baselines_database(b), now_us, status);
	baselines_close(b);
	pause_read(o->state, &pause);
	status->taken_us = now_us;
	status->probe.version = status_text_copy(status, PACKAGE_VERSION);
	status->probe.state_dir = status_text_copy(status, o->state);
	status->probe.pid = pid > 0 ? pid : -1;
	status->probe.paused = pause_holds(&pause, now_us);
	status->probe.paused_until_us = pause.until_us;
	if (pid > 0 && status->probe.started_us > 0)
		status->probe.uptime_s = (now_us - status->probe.started_us) / 1000000;
	else
		status->probe.next_round_us = 0;
}

static int
exit_code(const struct status *status)
{
	size_t counts[VERDICT_STATUS_MAX];

	status_tally(status, counts);
	if (status->ntargets == 0)
		return 3;
	if (status->network.state == NETWORK_SHUTDOWN || status->network.state == NETWORK_FOREIGN_CUT ||
	    counts[VERDICT_BLOCKED] > 0)
		return 2;
	if (counts[VERDICT_LIKELY_BLOCKED] + counts[VERDICT_IMPAIRED] + counts[VERDICT_INSUFFICIENT] > 0)
		return 1;
	return status->probe.pid > 0 ? 0 : 3;
}

int
cmd_status(int argc, char **argv)
{
	struct options options = {.colour = "auto"};
	int code = options_parse(&options, help, argc, argv);
	struct status *status = NULL;
	struct buf out = BUF_EMPTY;
	int64_t now_us = clock_wall_us();

	if (code < 0)
		code = options_configure(&options);
	if (code < 0) {
		status = status_new();
		fill(&options, now_us, status);
		if (options.json)
			status_encode(status, &out);
		else
			status_text(status, now_us, table_terminal_width(STDOUT_FILENO), options_use_colour(&options), &out);
		fwrite(out.data, 1, out.len, stdout);
		code = cmd_close_output(exit_code(status));
	}
	status_free(status);
	buf_free(&out);
	options_clear(&options);
	return code;
}
