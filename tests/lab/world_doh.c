/* DNS over HTTPS, the lab's servers' side. */
#include "tests/lab/world_doh.h"

#include <string.h>

#include "base/buf.h"
#include "tests/lab/world_dns.h"
#include "tests/lab/world_request.h"

static const char path[] = "/dns-query";

bool
doh_is_query(const struct request *request)
{
	const char *rest = request->target + strlen(path);

	return strncmp(request->target, path, strlen(path)) == 0 && (*rest == '\0' || *rest == '?');
}

/* The message in dns=, base64url without padding (RFC 8484 4.1). */
static bool
message_of_target(const char *target, struct buf *message)
{
	const char *from = strstr(target, "dns=");
	struct buf text = BUF_EMPTY;
	bool ok;
	char c;

	if (from == NULL)
		return false;
	for (from += 4; (c = *from) != '\0' && c != '&'; from++)
		buf_putc(&text, c == '-' ? '+' : c == '_' ? '/' : c);
	while (text.len % 4 != 0)
		buf_putc(&text, '=');
	ok = buf_unbase64(message, buf_str(&text), text.len) == 0;
	buf_free(&text);
	return ok;
}

bool
doh_answer(const struct world *world, const struct resolver *resolver,
    const struct request *request, const struct buf *body, struct buf *answer)
{
	struct buf message = BUF_EMPTY;
	enum dns_outcome outcome = DNS_NO_QUERY;
	bool whole = true;

	if (strcmp(request->method, "POST") == 0)
		buf_add(&message, body->data, body->len);
	else
		whole = message_of_target(request->target, &message);
	if (whole)
		outcome =
		    dns_answer(world, resolver, message.data, message.len, DNS_ANSWER_MAX, answer);
	buf_free(&message);
	return outcome != DNS_NO_QUERY;
}
