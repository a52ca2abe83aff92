/* Where a command works. */
#include "probe/place.h"

#include <stdlib.h>

#include "probe/conf.h"
#include "probe/conf_files.h"
#include "probe/paths.h"

bool
place_take(struct place *place, int option, const char *argument)
{
	if (option == 'c')
		place->config = argument;
	else if (option == PLACE_STATE)
		place->state_option = argument;
	else if (option == PLACE_OUT)
		place->results_option = argument;
	else
		return false;
	return true;
}

int
place_find(struct place *place)
{
	int code = -1;
	struct conf *conf = conf_files_read(place->config, &code);

	if (conf == NULL)
		return code;
	if (place->state_option != NULL)
		free(conf_set(conf, "probe.state", place->state_option));
	if (place->results_option != NULL)
		free(conf_set(conf, "probe.results", place->results_option));
	place->state = paths_state(conf);
	place->results = paths_results(conf);
	conf_free(conf);
	return -1;
}

void
place_clear(struct place *place)
{
	free(place->state);
	free(place->results);
}
