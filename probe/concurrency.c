/* How many targets may be measured at a time. */
#include "probe/concurrency.h"

/* Apart from the targets': the journal, locks, the loop, the controls' and DoH's connections. */
enum { FILES_APART = 100, CONNECTIONS = 9 };

size_t
concurrency_allowed(size_t wanted, size_t files, size_t udp_resolvers, size_t resting)
{
	size_t each = CONNECTIONS + 2 * udp_resolvers * (1 + resting);
	size_t room = files > FILES_APART ? (files - FILES_APART) / each : 0;

	if (room == 0)
		return 1;
	return wanted < room ? wanted : room;
}
