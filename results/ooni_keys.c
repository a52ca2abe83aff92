/* OONI's verdict keys in a record, as they are stored; computing them is ooni.c's. */
#include "results/ooni.h"

#include <string.h>

#include "base/json.h"
#include "results/json_get.h"
#include "results/observations.h"

static void
flags_encode(struct json *j, const char *key, int64_t flags)
{
	if (flags < 0)
		json_put_null(j, key);
	else
		json_put_int(j, key, flags);
}

void
ooni_keys_encode(struct json *j, const struct ooni_keys *keys)
{
	if (keys->blocking != NULL && strcmp(keys->blocking, "false") == 0)
		json_put_bool(j, "blocking", false);
	else
		json_put_string(j, "blocking", keys->blocking);
	encode_known_bool(j, "accessible", keys->accessible);
	json_put_string(j, "dns_consistency", keys->dns_consistency);
	json_put_string(j, "dns_experiment_failure", keys->dns_experiment_failure);
	json_put_string(j, "http_experiment_failure", keys->http_experiment_failure);
	encode_known_bool(j, "body_length_match", keys->body_length_match);
	encode_known_bool(j, "headers_match", keys->headers_match);
	encode_known_bool(j, "status_code_match", keys->status_code_match);
	encode_known_bool(j, "title_match", keys->title_match);
	json_put_double(j, "body_proportion", keys->body_proportion);
	flags_encode(j, "x_blocking_flags", keys->x_blocking_flags);
	flags_encode(j, "x_dns_flags", keys->x_dns_flags);
	flags_encode(j, "x_null_null_flags", keys->x_null_null_flags);
}

static int64_t
flags_decode(struct json_get *g, const struct node *object, const char *key)
{
	return json_get_int(g, object, key, 0, INT64_MAX, -1);
}

void
ooni_keys_decode(struct json_get *g, const struct node *object, struct ooni_keys *keys)
{
	if (node_is(node_member(object, "blocking"), NODE_FALSE))
		keys->blocking = "false";
	else
		keys->blocking = json_get_string(g, object, "blocking");
	keys->accessible = json_get_bool(g, object, "accessible");
	keys->dns_consistency = json_get_string(g, object, "dns_consistency");
	keys->dns_experiment_failure = json_get_string(g, object, "dns_experiment_failure");
	keys->http_experiment_failure = json_get_string(g, object, "http_experiment_failure");
	keys->control_failure = json_get_string(g, object, "control_failure");
	keys->body_length_match = json_get_bool(g, object, "body_length_match");
	keys->headers_match = json_get_bool(g, object, "headers_match");
	keys->status_code_match = json_get_bool(g, object, "status_code_match");
	keys->title_match = json_get_bool(g, object, "title_match");
	keys->body_proportion = json_get_double(g, object, "body_proportion", (double)NAN);
	keys->x_blocking_flags = flags_decode(g, object, "x_blocking_flags");
	keys->x_dns_flags = flags_decode(g, object, "x_dns_flags");
	keys->x_null_null_flags = flags_decode(g, object, "x_null_null_flags");
}
