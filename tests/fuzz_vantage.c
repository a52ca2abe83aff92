/* Fuzzes both halves of the test helper's protocol: the input is taken as a response, and as a request. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "results/vantage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct vantage *vantage_parse(
    const char *json, size_t len, struct arena *arena, char *error, size_t size);

static void
must(bool claim)
{
	if (!claim)
		abort();
}

/* What was read can be written, and is read as the same again. */
static void
go_round(const char *text, size_t len, vantage_parse *parse,
    void (*encode)(struct json *j, const struct vantage *v))
{
	struct buf first = BUF_EMPTY, second = BUF_EMPTY;
	struct arena *arena = arena_new();
	struct vantage *v, *back;
	struct json j;
	char error[100] = "";

	v = parse(text, len, arena, error, sizeof(error));
	must((v == NULL) == (error[0] != '\0'));
	if (v != NULL) {
		must(v->ntcp <= VANTAGE_ITEMS_MAX && v->naddrs <= VANTAGE_ITEMS_MAX);
		json_init(&j, &first);
		encode(&j, v);
		back = parse(first.data, first.len, arena, error, sizeof(error));
		/* Escapes may make it longer than what is read at all. */
		must(back != NULL || first.len > VANTAGE_RESPONSE_MAX);
		if (back != NULL) {
			json_init(&j, &second);
			encode(&j, back);
			must(strcmp(buf_str(&first), buf_str(&second)) == 0);
		}
	}
	buf_free(&first);
	buf_free(&second);
	arena_free(arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	go_round((const char *)data, size, vantage_parse_response, vantage_encode_response);
	go_round((const char *)data, size, vantage_parse_request, vantage_encode_request);
	return 0;
}
