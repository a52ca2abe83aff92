/* One DNS question over TCP. What the messages mean is the user's business. */
#include "probe/dns_stream.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <event2/event.h>

#include "base/reader.h"

enum { READ_SIZE = 4096 };

static void stream_ready(evutil_socket_t fd, short what, void *arg);

static void
stream_wait(struct dns_stream *stream, enum dns_stream_step step)
{
	short what = step == DNS_STREAM_READING ? EV_READ : EV_WRITE;

	stream->step = step;
	event_assign(&stream->event, stream->base, stream->fd, what, stream_ready, stream);
	event_add(&stream->event, NULL);
}

void
dns_stream_close(struct dns_stream *stream)
{
	if (stream->step == DNS_STREAM_CLOSED)
		return;
	stream->step = DNS_STREAM_CLOSED;
	event_del(&stream->event);
	close(stream->fd);
	buf_free(&stream->out);
	buf_free(&stream->in);
}

static void
stream_fail(struct dns_stream *stream, const char *operation, int err)
{
	dns_stream_close(stream);
	stream->user->failed(stream->arg, operation, err);
}

void
dns_stream_open(struct dns_stream *stream, struct event_base *base, const struct sockaddr *sa,
    socklen_t salen, const struct buf *query, const struct dns_stream_user *user, void *arg)
{
	int err = 0;

	*stream = (struct dns_stream){.base = base, .user = user, .arg = arg};
	stream->fd = socket(sa->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (stream->fd < 0) {
		user->failed(arg, "connect", errno);
		return;
	}
	if (connect(stream->fd, sa, salen) < 0 && errno != EINPROGRESS)
		err = errno;
	buf_u16(&stream->out, (uint16_t)query->len);
	buf_add(&stream->out, query->data, query->len);
	stream_wait(stream, DNS_STREAM_CONNECTING);
	if (err != 0)
		stream_fail(stream, "connect", err);
}

static void
stream_connected(struct dns_stream *stream)
{
	socklen_t size = sizeof(int);
	int err = 0;

	if (getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &err, &size) < 0)
		err = errno;
	if (err != 0) {
		stream_fail(stream, "connect", err);
		return;
	}
	stream_wait(stream, DNS_STREAM_SENDING);
	stream->user->moved(stream->arg, "connect", 0);
}

static void
stream_send(struct dns_stream *stream)
{
	struct buf *out = &stream->out;
	ssize_t n = send(stream->fd, out->data, out->len, MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		stream_fail(stream, "write", errno);
		return;
	}
	if (n > 0) {
		out->len -= (size_t)n;
		memmove(out->data, out->data + n, out->len);
	}
	stream_wait(stream, out->len > 0 ? DNS_STREAM_SENDING : DNS_STREAM_READING);
	if (n > 0)
		stream->user->moved(stream->arg, "write", (size_t)n);
}

/*
 * Hands over the whole messages, each after two bytes of its length; false when the user has
 * enough.
 */
static bool
stream_messages(struct dns_stream *stream)
{
	const uint8_t *message;
	struct reader r;
	size_t used = 0, len;

	reader_init(&r, stream->in.data, stream->in.len);
	for (;;) {
		len = reader_u16(&r);
		message = reader_bytes(&r, len);
		if (r.failed)
			break;
		used = r.pos;
		if (!stream->user->message(stream->arg, message, len))
			return false;
	}
	stream->in.len -= used;
	memmove(stream->in.data, stream->in.data + used, stream->in.len);
	return true;
}

static void
stream_read(struct dns_stream *stream)
{
	ssize_t n = recv(stream->fd, buf_room(&stream->in, READ_SIZE), READ_SIZE, 0);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		stream_fail(stream, "read", n == 0 ? 0 : errno);
		return;
	}
	stream_wait(stream, DNS_STREAM_READING);
	if (n < 0)
		return;
	stream->in.len += (size_t)n;
	stream->user->moved(stream->arg, "read", (size_t)n);
	if (stream->step == DNS_STREAM_READING && !stream_messages(stream))
		dns_stream_close(stream);
}

static void
stream_ready(evutil_socket_t fd, short what, void *arg)
{
	struct dns_stream *stream = arg;

	(void)fd;
	(void)what;
	if (stream->step == DNS_STREAM_CONNECTING)
		stream_connected(stream);
	else if (stream->step == DNS_STREAM_SENDING)
		stream_send(stream);
	else if (stream->step == DNS_STREAM_READING)
		stream_read(stream);
}
