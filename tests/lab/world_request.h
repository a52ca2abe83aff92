/* The head of an HTTP/1 request (RFC 9112), as far as the lab's servers need it. Pure. */
#ifndef TESTS_LAB_WORLD_REQUEST_H
#define TESTS_LAB_WORLD_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

enum { REQUEST_HEAD_MAX = 16384 };

struct request {
	char method[16];
	char target[2048]; /* of an absolute URL only what follows the host */
	char host[256];    /* without the port; "" none */
	bool keep_alive;
	size_t body_len;
	size_t head_len; /* with the empty line */
};

enum request_state { REQUEST_PARTIAL, REQUEST_WHOLE, REQUEST_BAD };
/* Reads the head that data begins with. */
enum request_state request_read(struct request *request, const char *data, size_t len);

#endif
