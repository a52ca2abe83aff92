/*
 * The route /take of peer_http: somebody who is sent records.
 *
 *	/take?file=PATH&fail=STATUS&times=N&after=SECONDS&body=BYTES
 *
 * Answers 200; the first N connections get STATUS instead, with Retry-After where `after' says so. Every request adds a line to
 * the file: the number of the connection, the status, the Idempotency-Key, the X-Token, the body. After `body=endless' the answer's body
 * does not end; `body=none' closes the connection instead of an answer, after the line was written.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "tests/peer_http.h"

/* A parameter of the query, to free; "" where it is not. */
static char *
parameter(const struct conn *c, const char *name)
{
	size_t len = strlen(name);
	const char *p = c->query;
	char *value;

	while (p != NULL && (strncmp(p, name, len) != 0 || p[len] != '=')) {
		p = strchr(p, '&');
		p = p != NULL ? p + 1 : NULL;
	}
	value = p != NULL ? strndup(p + len + 1, strcspn(p + len + 1, "&")) : strdup("");
	if (value == NULL)
		err(1, "strdup");
	return value;
}

/* A header's value, to free; "-" where it is not. */
static char *
header(const struct conn *c, const char *name)
{
	const char *p = strcasestr(c->head.data, name);
	char *value;

	if (p != NULL)
		p += strlen(name);
	value = p != NULL ? strndup(p, strcspn(p, "\r\n")) : strdup("-");
	if (value == NULL)
		err(1, "strdup");
	return value;
}

/* In one write, because every connection is a process. */
static void
note(const struct conn *c, const char *path, int status)
{
	char *key = header(c, "\r\nIdempotency-Key: "), *token = header(c, "\r\nX-Token: ");
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	struct buf line = BUF_EMPTY;

	buf_printf(&line, "%u %d %s %s %s\n", c->number, status, key, token, buf_str(&c->body));
	if (fd < 0 || write(fd, line.data, line.len) != (ssize_t)line.len)
		err(1, "%s", path);
	close(fd);
	buf_free(&line);
	free(key);
	free(token);
}

bool
take_serve(struct conn *c, const char *rest)
{
	char *path = parameter(c, "file"), *fail = parameter(c, "fail"), *after = parameter(c, "after");
	char *times = parameter(c, "times"), *body = parameter(c, "body"), headers[64] = "";
	bool failing = c->number <= strtoul(times, NULL, 10), ok = false;
	int status = failing ? atoi(fail) : 200;

	(void)rest;
	if (failing && *after != '\0')
		snprintf(headers, sizeof(headers), "Retry-After: %.20s\r\n", after);
	note(c, path, status);
	if (strcmp(body, "endless") == 0) {
		conn_puts(c, "HTTP/1.1 200 OK\r\n\r\n");
		write_for_ever(c, "thanks ");
	} else if (strcmp(body, "none") != 0)
		ok = reply(c, status, headers, "taken\n");
	free(path);
	free(fail);
	free(after);
	free(times);
	free(body);
	return ok;
}
