/*
 * Two TTL walks, as a program: run_trace ROOTS IP PORT TARGET CONTROL [OPTION=VALUE...]
 *
 * Prints the record, and on a second line what trace_first_interference says of it. Options are the configuration's,
 * such as limits.trace_ms=500.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <event2/event.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "probe/conf.h"
#include "probe/probe.h"
#include "probe/trace.h"
#include "results/measurement.h"
#include "results/trace_path.h"

static void
traced(void *arg)
{
	event_base_loopbreak(arg);
}

static void
set(struct conf *conf, const char *name, const char *value)
{
	char *wrong = conf_set(conf, name, value);

	if (wrong != NULL) {
		fprintf(stderr, "run_trace: %s: %s\n", name, wrong);
		exit(64);
	}
}

static void
print(struct measurement *m)
{
	struct buf line = BUF_EMPTY;

	m->test_name = arena_strdup(m->arena, "web_connectivity");
	measurement_encode(m, &line);
	fputs(buf_str(&line), stdout);
	printf("%d\n", m->ntraces == 2 ? trace_first_interference(&m->traces[1], &m->traces[0]) : -1);
	buf_free(&line);
}

int
main(int argc, char **argv)
{
	struct conf *conf = conf_new();
	struct measurement *m = measurement_new();
	struct probe *probe;
	struct trace *trace;
	char *value;
	int i;

	if (argc < 6)
		return 64;
	set(conf, "probe.roots", argv[1]);
	for (i = 6; i < argc; i++) {
		value = strchr(argv[i], '=');
		if (value == NULL)
			return 64;
		*value++ = '\0';
		set(conf, argv[i], value);
	}
	probe = probe_new(conf);
	if (probe == NULL)
		return 78;
	m->start_mono_ns = clock_mono_ns();
	trace = trace_start(probe, m, argv[2], atoi(argv[3]), argv[4], argv[5], traced, probe->base);
	event_base_dispatch(probe->base);
	trace_stop(trace);
	print(m);
	measurement_free(m);
	event_base_loop(probe->base, EVLOOP_NONBLOCK);
	probe_free(probe);
	conf_free(conf);
	return 0;
}
