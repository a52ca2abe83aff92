/* When the last round began. */
#include "probe/heartbeat.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

static char *
heartbeat_path(const char *state_dir)
{
	return xasprintf("%s/last-round", state_dir);
}

double
heartbeat_since(const char *state_dir)
{
	char *path = heartbeat_path(state_dir), text[64];
	FILE *file = fopen(path, "re");
	int64_t then;
	double since = -1;

	if (file != NULL && fscanf(file, "%63s", text) == 1 && clock_parse(text, &then) == 0)
		since = (double)(clock_wall_us() - then) / 1e6;
	if (file != NULL && since < 0 && since > -1)
		since = 0;
	if (file != NULL)
		fclose(file);
	free(path);
	return since < -1 ? 0 : since;
}

void
heartbeat_mark(const char *state_dir)
{
	char *path = heartbeat_path(state_dir), *fresh = xasprintf("%s.new", path);
	char now[CLOCK_TEXT_SIZE];
	FILE *file = fopen(fresh, "we");

	if (file == NULL)
		log_warn("cannot write %s", fresh);
	else if (fprintf(file, "%s\n", clock_rfc3339(clock_wall_us(), now)) < 0) {
		log_warn("cannot write %s", fresh);
		fclose(file);
	} else if (fclose(file) != 0 || rename(fresh, path) != 0)
		log_warn("cannot write %s", path);
	free(path);
	free(fresh);
}
