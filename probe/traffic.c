/* What libcurl's sockets carry. */
#include "probe/traffic.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"

struct open_socket {
	int fd;
	uint64_t in, out; /* counted already */
};

struct traffic {
	int64_t *in, *out;
	struct open_socket *sockets;
	size_t n;
};

struct traffic *
traffic_new(int64_t *in, int64_t *out)
{
	struct traffic *t = xcalloc(1, sizeof(*t));

	t->in = in;
	t->out = out;
	return t;
}

void
traffic_free(struct traffic *t)
{
	if (t == NULL)
		return;
	free(t->sockets);
	free(t);
}

void
traffic_opened(struct traffic *t, int fd)
{
	t->sockets = xreallocarray(t->sockets, t->n + 1, sizeof(*t->sockets));
	t->sockets[t->n++] = (struct open_socket){.fd = fd};
}

/* One that never connected has zeroes. */
static void
count_socket(struct traffic *t, struct open_socket *s)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (getsockopt(s->fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
		return;
	*t->in += (int64_t)(info.tcpi_bytes_received - s->in);
	*t->out += (int64_t)(info.tcpi_bytes_sent - s->out);
	s->in = info.tcpi_bytes_received;
	s->out = info.tcpi_bytes_sent;
}

void
traffic_closing(struct traffic *t, int fd)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (t->sockets[i].fd == fd) {
			count_socket(t, &t->sockets[i]);
			t->sockets[i] = t->sockets[--t->n];
			return;
		}
}

void
traffic_count(struct traffic *t)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		count_socket(t, &t->sockets[i]);
}
