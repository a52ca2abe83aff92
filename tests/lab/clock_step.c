/*
 * A wall clock that is wrong, for one program: loaded before its libraries (ld.so(8)), it adds
 * $LAB_CLOCK_STEP's seconds to the time of day from a moment after the program's start on.
 * "86400 2.5": a day more, from 2.5 seconds on. There is no namespace for the time of day, and the
 * machine's own clock is nobody's to play with.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long step_s;
static double step_at_s;
static struct timespec began;

/* The kernel's own answer: the library's is what is replaced here. */
static int
true_time(clockid_t clock, struct timespec *out)
{
	return (int)syscall(SYS_clock_gettime, clock, out);
}

__attribute__((constructor)) static void
read_step(void)
{
	const char *text = getenv("LAB_CLOCK_STEP");

	if (text == NULL || sscanf(text, "%ld %lf", &step_s, &step_at_s) != 2)
		step_s = 0;
	true_time(CLOCK_MONOTONIC, &began);
}

static long
step_now(void)
{
	struct timespec now;

	true_time(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - began.tv_sec) + (double)(now.tv_nsec - began.tv_nsec) / 1e9 >=
	               step_at_s
	           ? step_s
	           : 0;
}

int
clock_gettime(clockid_t clock, struct timespec *out)
{
	int result = true_time(clock, out);

	if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		out->tv_sec += step_now();
	return result;
}

int
gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	out->tv_sec = now.tv_sec;
	out->tv_usec = now.tv_nsec / 1000;
	return 0;
}

time_t
time(time_t *out)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (out != NULL)
		*out = now.tv_sec;
	return now.tv_sec;
}
