/*
 * What sealing costs: bench-seal FILE. The file is sealed as a segment is, in slices of 128 KiB, in a directory of its own. Prints its
 * bytes, those of the seal, CPU seconds, the longest slice by CPU and by the clock (with its fsync) in ms, and the memory that came on
 * top, in KB. Built by seal.sh.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "results/seal.h"

enum { SLICE = 128 * 1024 };
static const char name[] = "netvane-20261122T063000Z-0001.jsonl";

static double
now_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static long
resident_kb(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1)
		abort();
	fclose(file);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

int
main(int argc, char **argv)
{
	double start, cpu, wall, longest_cpu = 0, longest_wall = 0;
	char dir[] = "bench-seal.XXXXXX", *command;
	struct stat plain, sealed;
	struct seal *seal;
	long before, most;
	enum care_step step;
	int dir_fd;

	if (argc != 2 || mkdtemp(dir) == NULL)
		return 64;
	command = xasprintf("cp '%s' %s/%s", argv[1], dir, name);
	if (system(command) != 0)
		return 66;
	dir_fd = open(dir, O_RDONLY | O_DIRECTORY);
	fstatat(dir_fd, name, &plain, 0);
	most = before = resident_kb();
	start = now_ms(CLOCK_PROCESS_CPUTIME_ID);
	seal = seal_new(dir_fd, name);
	do {
		cpu = now_ms(CLOCK_PROCESS_CPUTIME_ID);
		wall = now_ms(CLOCK_MONOTONIC);
		step = seal_step(seal, SLICE);
		cpu = now_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu;
		wall = now_ms(CLOCK_MONOTONIC) - wall;
		longest_cpu = cpu > longest_cpu ? cpu : longest_cpu;
		longest_wall = wall > longest_wall ? wall : longest_wall;
		if (resident_kb() > most)
			most = resident_kb();
	} while (step == CARE_MORE);
	seal_free(seal);
	start = now_ms(CLOCK_PROCESS_CPUTIME_ID) - start;
	if (step != CARE_DONE || fstatat(dir_fd, "netvane-20261122T063000Z-0001.jsonl.zst", &sealed, 0) != 0)
		return 74;
	printf("%lld %lld %.2f %.1f %.1f %ld\n", (long long)plain.st_size, (long long)sealed.st_size,
	    start / 1e3, longest_cpu, longest_wall, most - before);
	unlinkat(dir_fd, "netvane-20261122T063000Z-0001.jsonl.zst", 0);
	free(command);
	return rmdir(dir) == 0 ? 0 : 74;
}
