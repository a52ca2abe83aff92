/* Signs of life. */
#include "probe/life.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

static const char *const names[LIFE_SIGN_MAX] = {
    [LIFE_START] = "start",
    [LIFE_ROUND] = "round",
    [LIFE_ROUND_END] = "round_end",
    [LIFE_PAUSE] = "pause",
    [LIFE_RESUME] = "resume",
    [LIFE_STOP] = "stop",
};

const char *
life_sign_name(enum life_sign sign)
{
	return names[sign];
}

enum gap_cause
life_cause(enum network_state state, int link)
{
	static const enum gap_cause causes[NETWORK_STATE_MAX] = {
	    [NETWORK_UNKNOWN] = GAP_NOT_LOOKED,
	    [NETWORK_ONLINE] = GAP_NONE,
	    [NETWORK_DEGRADED] = GAP_NONE,
	    [NETWORK_CAPTIVE_PORTAL] = GAP_CAPTIVE_PORTAL,
	    [NETWORK_FOREIGN_CUT] = GAP_FOREIGN_CUT,
	    [NETWORK_SHUTDOWN] = GAP_SHUTDOWN,
	    [NETWORK_OFFLINE] = GAP_NO_GATEWAY,
	};

	return state == NETWORK_OFFLINE && link == 0 ? GAP_NO_LINK : causes[state];
}

bool
life_of_round(const struct measurement *m, int64_t due_ns, struct life *out)
{
	double runtime = m->runtime > 0 && m->runtime < 86400 ? m->runtime : 0;
	const int64_t most = INT64_MAX / 4;

	if (m->round == NULL || !m->has_x || m->start_us <= 0)
		return false;
	*out = (struct life){
	    .sign = LIFE_ROUND_END,
	    .wall_us = m->start_us + llround(runtime * 1e6),
	    .mono_ns = (m->start_mono_ns < 0 ? 0 : m->start_mono_ns > most ? most : m->start_mono_ns) +
		llround(runtime * 1e9),
	    .awake_ns = -1,
	    .due_ns = due_ns,
	    .cause = life_cause(m->context.network, m->round->link),
	};
	return true;
}

/* Linux's; "" where there is none. */
static void
read_boot(char boot[LIFE_ID_SIZE])
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	boot[0] = '\0';
	if (file == NULL)
		return;
	if (fgets(boot, LIFE_ID_SIZE, file) == NULL)
		boot[0] = '\0';
	boot[strcspn(boot, "\n")] = '\0';
	fclose(file);
}

void
life_look(struct life *out)
{
	struct timespec ts;

	*out = (struct life){.wall_us = clock_wall_us(), .mono_ns = clock_mono_ns()};
	clock_gettime(CLOCK_MONOTONIC, &ts);
	out->awake_ns = (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
	read_boot(out->boot);
}
