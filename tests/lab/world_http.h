/* HTTP/1.1 of the lab's servers, over TCP and TLS: pages, refusals, hostile answers, and what
 * stands on the path. */
#ifndef TESTS_LAB_WORLD_HTTP_H
#define TESTS_LAB_WORLD_HTTP_H

struct conn;
struct http_kind;

/* "ok", "403", ...: a scenario's http=; NULL: there is none. */
const struct http_kind *http_kind_find(const char *name);
/* Serves what is in conn->input. */
void http_input(struct conn *conn);

#endif
