/* Is the gateway there? */
#include "probe/gateway.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/mem.h"

bool
gateway_find(char ip[INET_ADDRSTRLEN])
{
	FILE *file = fopen("/proc/net/route", "re");
	unsigned destination, gateway, mask;
	char line[256];
	bool found = false;

	if (file == NULL)
		return false;
	while (!found && fgets(line, sizeof(line), file) != NULL) {
		if (sscanf(line, "%*s %x %x %*x %*d %*d %*d %x", &destination, &gateway, &mask) != 3)
			continue;
		if (destination == 0 && mask == 0 && gateway != 0) {
			struct in_addr in = {.s_addr = gateway};

			found = inet_ntop(AF_INET, &in, ip, INET_ADDRSTRLEN) != NULL;
		}
	}
	fclose(file);
	return found;
}

/* --- what the kernel heard ------------------------------------------------------------------- */

/* A neighbour of the kernel's table: its state, and when it was last heard. */
static int
judge_neighbour(const struct ndmsg *neighbour, const struct nda_cacheinfo *cache, double age)
{
	if ((neighbour->ndm_state & (NUD_FAILED | NUD_INCOMPLETE)) != 0 ||
	    neighbour->ndm_state == NUD_NONE)
		return 0;
	if (cache == NULL || (neighbour->ndm_state & (NUD_PERMANENT | NUD_NOARP)) != 0)
		return -1;
	return cache->ndm_confirmed <= age * (double)sysconf(_SC_CLK_TCK) ? 1 : -1;
}

/* -2: another neighbour. */
static int
look_at_neighbour(const struct nlmsghdr *header, struct in_addr ip, double age)
{
	const struct ndmsg *neighbour = NLMSG_DATA(header);
	const struct nda_cacheinfo *cache = NULL;
	const struct rtattr *a = (const struct rtattr *)(neighbour + 1);
	size_t left = NLMSG_PAYLOAD(header, sizeof(*neighbour));
	bool it = false;

	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type == NDA_DST && RTA_PAYLOAD(a) == sizeof(ip))
			it = memcmp(RTA_DATA(a), &ip, sizeof(ip)) == 0;
		if (a->rta_type == NDA_CACHEINFO && RTA_PAYLOAD(a) >= sizeof(*cache))
			cache = RTA_DATA(a);
	}
	return it ? judge_neighbour(neighbour, cache, age) : -2;
}

/* Reads the table to its end. Of several links that have the address one that answers is enough. */
static int
read_neighbours(int fd, struct in_addr ip, double age)
{
	_Alignas(struct nlmsghdr) char block[16384];
	const struct nlmsghdr *header;
	int heard = 0, one;
	bool asked = false;
	ssize_t got;
	size_t left;

	while ((got = recv(fd, block, sizeof(block), 0)) > 0) {
		left = (size_t)got;
		for (header = (const struct nlmsghdr *)block; NLMSG_OK(header, left);
		     header = NLMSG_NEXT(header, left)) {
			if (header->nlmsg_type == NLMSG_ERROR)
				return -1;
			/* Without an entry the kernel never asked: nothing was sent there. */
			if (header->nlmsg_type == NLMSG_DONE)
				return asked ? heard : -1;
			one = header->nlmsg_type == RTM_NEWNEIGH ? look_at_neighbour(header, ip, age)
								 : -2;
			if (one == 1 || (one == -1 && heard == 0))
				heard = one;
			asked |= one != -2;
		}
	}
	return -1;
}

int
gateway_heard(const char *ip, double age)
{
	struct {
		struct nlmsghdr header;
		struct ndmsg neighbour;
	} request = {.header = {.nlmsg_len = sizeof(request), .nlmsg_type = RTM_GETNEIGH,
			 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
	    .neighbour = {.ndm_family = AF_INET}};
	struct timeval patience = {.tv_sec = 1};
	struct in_addr in;
	int fd, heard = -1;

	if (inet_pton(AF_INET, ip, &in) != 1)
		return -1;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (send(fd, &request, sizeof(request), 0) == sizeof(request))
		heard = read_neighbours(fd, in, age);
	close(fd);
	return heard;
}

/* --- asking it ------------------------------------------------------------------------------- */

/* What home routers serve. */
static const uint16_t ports[] = {53, 80, 443};
enum { NPORTS = sizeof(ports) / sizeof(ports[0]) };

struct gateway_ask {
	struct event connects[NPORTS], deadline;
	int fds[NPORTS], waiting;
	bool answers;
	void (*done)(bool answers, void *arg);
	void *arg;
};

static void
stop_waiting(struct gateway_ask *ask)
{
	int i;

	event_del(&ask->deadline);
	for (i = 0; i < NPORTS; i++) {
		if (ask->fds[i] < 0)
			continue;
		event_del(&ask->connects[i]);
		close(ask->fds[i]);
		ask->fds[i] = -1;
	}
}

static void
finish(evutil_socket_t fd, short what, void *arg)
{
	struct gateway_ask *ask = arg;

	(void)fd;
	(void)what;
	stop_waiting(ask);
	ask->done(ask->answers, ask->arg);
}

/* A refusal comes from the gateway; that it is unreachable is the kernel's own word. */
static void
connected(evutil_socket_t fd, short what, void *arg)
{
	struct gateway_ask *ask = arg;
	int error = 0;
	socklen_t len = sizeof(error);

	(void)what;
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
	ask->answers |= error == 0 || error == ECONNREFUSED;
	ask->waiting--;
	if (ask->answers || ask->waiting == 0)
		event_active(&ask->deadline, EV_TIMEOUT, 1);
}

static int
start_connect(const char *ip, uint16_t port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || inet_pton(AF_INET, ip, &to.sin_addr) != 1 ||
	    (connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0 && errno != EINPROGRESS &&
		errno != ECONNREFUSED)) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

struct gateway_ask *
gateway_ask(struct event_base *base, const char *ip, int timeout_ms,
    void (*done)(bool answers, void *arg), void *arg)
{
	struct gateway_ask *ask = xcalloc(1, sizeof(*ask));
	struct timeval deadline = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
	int i;

	ask->done = done;
	ask->arg = arg;
	event_assign(&ask->deadline, base, -1, 0, finish, ask);
	event_add(&ask->deadline, &deadline);
	for (i = 0; i < NPORTS; i++) {
		ask->fds[i] = start_connect(ip, ports[i]);
		if (ask->fds[i] < 0)
			continue;
		ask->waiting++;
		event_assign(&ask->connects[i], base, ask->fds[i], EV_WRITE, connected, ask);
		event_add(&ask->connects[i], NULL);
	}
	if (ask->waiting == 0)
		event_active(&ask->deadline, EV_TIMEOUT, 1);
	return ask;
}

void
gateway_ask_free(struct gateway_ask *ask)
{
	if (ask == NULL)
		return;
	stop_waiting(ask);
	free(ask);
}
