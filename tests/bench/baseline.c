/*
 * What the baseline costs a round of 100 targets: the state database filled with rounds of 30 days, then one more round loaded,
 * learned and committed, in CPU time. In a build directory beside the sources:
 *
 *	make check TESTS= && cc -O2 -I.. -D_GNU_SOURCE -o bench-baseline ../tests/bench/baseline.c ../tests/lessons.c \
 *		libprobe.a libresults.a libtargets.a libbase.a $(pkg-config --libs sqlite3 openssl jansson \
 *		libidn2 zlib libzstd cmocka) -lm && ./bench-baseline 120
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <cmocka.h>

#include "probe/baseline.h"
#include "results/measurement.h"
#include "tests/lessons.h"

enum { TARGETS = 100, ADDRESSES = 4 };

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Round i of target t: its address is one of ADDRESSES, its certificate changes in the middle of the month. */
static struct measurement *
record(int t, int i, int rounds)
{
	struct measurement *m;
	char text[64];

	snprintf(text, sizeof(text), "https://site%d.test/", t);
	m = good_round(text, NOON + 30 * DAY_US * i / (rounds > 0 ? rounds : 1));
	snprintf(text, sizeof(text), "192.0.2.%d", (i + t) % ADDRESSES);
	set_address(m, text);
	set_leaf(m, (t % 20) * 2 + (i > rounds / 2));
	return m;
}

int
main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 120, i, t;
	struct measurement *m[TARGETS];
	double loaded, learned, committed;
	struct baselines *b;
	struct stat st;

	if (place_new(NULL) != 0)
		return 1;
	b = baselines_open(place_dir());
	for (i = 0; i <= rounds; i++) {
		for (t = 0; t < TARGETS; t++)
			m[t] = record(t, i, rounds);
		loaded = now_ms();
		for (t = 0; t < TARGETS; t++)
			baselines_load(b, m[t]);
		learned = now_ms();
		for (t = 0; t < TARGETS; t++)
			baselines_learn(b, m[t]);
		committed = now_ms();
		baselines_commit(b);
		if (i == rounds) {
			stat(place_path("state.sqlite"), &st);
			printf("after %d rounds of %d targets: load %.1f ms, learn %.1f ms, commit %.1f ms; "
			       "%.1f MB\n",
			    rounds, TARGETS, learned - loaded, committed - learned, now_ms() - committed,
			    (double)st.st_size / 1e6);
		}
		for (t = 0; t < TARGETS; t++)
			measurement_free(m[t]);
	}
	baselines_close(b);
	return place_free(NULL);
}
