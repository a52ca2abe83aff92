/*
 * The network namespaces of a lab: client -- router -- censor -- world, joined by veth pairs. They
 * live as long as the process that made them and what it started.
 */
#ifndef LAB_SPACE_H
#define LAB_SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/lab/forwarder.h"

struct line;

enum space { SPACE_CLIENT, SPACE_ROUTER, SPACE_CENSOR, SPACE_WORLD, SPACE_MAX };

struct spaces {
	int fds[SPACE_MAX];
};

/*
 * Leaves the machine: from here on the calling process is the first of a process namespace and
 * alone with its mounts and networks, as root or, where it is not root, as root of a user namespace
 * that maps only it. The caller waits in here for that child, and this returns in the child only,
 * with 0, or in the caller with the child's exit status, or SPACE_REFUSED. When the caller dies,
 * the child dies, and with it all that it started.
 */
enum { SPACE_INSIDE = -1, SPACE_REFUSED = 77 };
int space_leave(void);
/* An empty directory, on a file system of its own that goes with the child. Static. */
const char *space_scratch(void);

/* Makes the namespaces and their addresses. Logs and returns -1 where it could not. */
int spaces_make(struct spaces *spaces, const struct line *line);
/* The rest of the line's weather: what can only change when all of it stands. */
int spaces_trouble(const struct spaces *spaces, const struct line *line);
/* And that it is over. For lines without IPv6. */
int spaces_heal(const struct spaces *spaces, const struct line *line);
/* The client forgets whom it heard on its link: for the kernel that was just now, where a program's time was left out. */
int spaces_forget_neighbours(const struct spaces *spaces);
/* The calling process goes there. */
void space_enter(const struct spaces *spaces, enum space space);

/* Names and addresses on the censor's two sides. */
extern const char space_censor_home[], space_censor_world[];
extern const uint8_t space_router_mac[MAC_SIZE], space_world_mac[MAC_SIZE];

#endif
