/* What becomes of a packet. */
#include "tests/lab/censor.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

/* Client and server's port that hear nothing of each other for a while. */
struct residual {
	struct address client, server;
	uint16_t server_port;
	double until_s;
};

/* All flows with one server share it. */
struct shared_shaper {
	struct shared_shaper *next;
	struct address server;
	struct shaper shaper;
};

struct censor {
	const struct rule *rules;
	size_t nrules;
	uint64_t random;
	struct flows *flows;
	struct residual *residuals;
	size_t nresiduals;
	struct shared_shaper *shared;
};

/* What a rule may ask of one packet. */
struct sight {
	const struct packet *p;
	enum direction direction;
	double now_s;
	struct flow *flow;
	bool syn, server_hello, has_question;
	struct question question;
};

struct censor *
censor_new(const struct rule *rules, size_t n, uint64_t seed)
{
	struct censor *censor = xcalloc(1, sizeof(*censor));

	assert(n <= CENSOR_RULES);
	censor->rules = rules;
	censor->nrules = n;
	censor->random = seed;
	censor->flows = flows_new();
	return censor;
}

void
censor_free(struct censor *censor)
{
	struct shared_shaper *shared;

	if (censor == NULL)
		return;
	while ((shared = censor->shared) != NULL) {
		censor->shared = shared->next;
		free(shared);
	}
	flows_free(censor->flows);
	free(censor->residuals);
	free(censor);
}

/* splitmix64: a seed gives the same run again. */
static double
draw(struct censor *censor)
{
	uint64_t z = censor->random += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return (double)((z ^ z >> 31) >> 11) / (double)(1ULL << 53);
}

/* --- matching -------------------------------------------------------------------------------- */

static void
look(struct sight *sight)
{
	const struct packet *p = sight->p;
	struct flow *flow = sight->flow;

	if (sight->direction == OUTWARD) {
		flow_listen(flow, p);
		sight->syn = p->proto == PROTO_TCP && (p->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
		sight->has_question = p->proto == PROTO_UDP && p->dport == 53 &&
		    peek_dns_question(p->payload, p->payload_len, &sight->question);
	} else {
		sight->server_hello = p->proto == PROTO_TCP && flow->server_bytes == 0 &&
		    peek_is_server_hello(p->payload, p->payload_len);
		flow->server_bytes += (double)p->payload_len;
	}
}

static bool
name_fits(const char *pattern, bool known, const char *name)
{
	return pattern == NULL || (known && *name != '\0' && rule_name_matches(pattern, name));
}

/* ICMP stands for that of IPv6, too. */
static bool
protocol_fits(int wanted, uint8_t proto)
{
	return wanted == 0 || wanted == proto || (wanted == PROTO_ICMP && proto == PROTO_ICMP6);
}

/* Whether a flow is one of those that the rule picks: drawn once. */
static bool
chance_fits(struct censor *censor, size_t i, struct flow *flow)
{
	uint64_t bit = 1ULL << i;

	if ((flow->drawn & bit) == 0) {
		flow->drawn |= bit;
		if (draw(censor) < censor->rules[i].prob)
			flow->lucky |= bit;
	}
	return (flow->lucky & bit) != 0;
}

/* A rule looks at what the client sends, unless it asks for something of the server's. */
static enum direction
rule_direction(const struct rule *rule)
{
	return rule->server_hello || rule->after_bytes > 0 ? HOMEWARD : OUTWARD;
}

static bool
matches(struct censor *censor, size_t i, const struct sight *sight)
{
	const struct rule *rule = &censor->rules[i];
	struct flow *flow = sight->flow;

	return rule_direction(rule) == sight->direction && sight->now_s >= rule->from_s &&
	    sight->now_s < rule->until_s && protocol_fits(rule->proto, flow->proto) &&
	    (rule->dport == 0 || rule->dport == flow->server_port) && (!rule->syn || sight->syn) &&
	    (!rule->server_hello || sight->server_hello) && flow->server_bytes >= rule->after_bytes &&
	    rule_where_matches(rule, &flow->server) && name_fits(rule->sni, true, flow->sni) &&
	    name_fits(rule->host, true, flow->host) &&
	    name_fits(rule->qname, sight->has_question, sight->question.name) &&
	    (rule->qtype <= 0 || (sight->has_question && sight->question.type == rule->qtype)) && chance_fits(censor, i, flow);
}

/* --- acting ---------------------------------------------------------------------------------- */

static struct residual *
residual_find(struct censor *censor, const struct flow *flow)
{
	size_t i;

	for (i = 0; i < censor->nresiduals; i++)
		if (censor->residuals[i].server_port == flow->server_port &&
		    address_equal(&censor->residuals[i].server, &flow->server) &&
		    address_equal(&censor->residuals[i].client, &flow->client))
			return &censor->residuals[i];
	return NULL;
}

static void
residual_set(struct censor *censor, const struct flow *flow, double until_s)
{
	struct residual *residual = residual_find(censor, flow);

	if (residual == NULL) {
		censor->residuals = xreallocarray(
		    censor->residuals, censor->nresiduals + 1, sizeof(*censor->residuals));
		residual = &censor->residuals[censor->nresiduals++];
		*residual = (struct residual){flow->client, flow->server, flow->server_port, 0};
	}
	residual->until_s = until_s;
}

static bool
residual_holds(struct censor *censor, const struct flow *flow, double now_s)
{
	struct residual *residual = residual_find(censor, flow);

	return residual != NULL && now_s < residual->until_s;
}

static struct shaper *
shared_shaper(struct censor *censor, const struct address *server, double kbit)
{
	struct shared_shaper *shared = censor->shared;

	while (shared != NULL && !address_equal(&shared->server, server))
		shared = shared->next;
	if (shared == NULL) {
		shared = xcalloc(1, sizeof(*shared));
		shared->server = *server;
		shared->next = censor->shared;
		censor->shared = shared;
	}
	shared->shaper.kbit = kbit;
	return &shared->shaper;
}

/* fresh: this connection has not set the rule off before; datagrams and SYNs set it off each time. */
static void
act(struct censor *censor, const struct rule *rule, size_t k, const struct sight *sight, bool fresh, struct decision *out)
{
	const struct action *action = &rule->actions[k];
	struct flow *flow = sight->flow;

	switch (action->kind) {
	case ACTION_DROP:
		flow->dropped = true;
		out->drop = true;
		break;
	case ACTION_ICMP:
		out->manner[out->nsend] = rule->manner;
		out->send[out->nsend++] = action;
		out->drop = true;
		break;
	case ACTION_DROP_HOME:
		flow->dropped_home = true;
		out->drop = out->drop || sight->direction == HOMEWARD;
		break;
	case ACTION_DROP_PACKET:
	case ACTION_ONLY:
		out->drop = true;
		break;
	case ACTION_RST:
	case ACTION_RST_CLIENT:
	case ACTION_RST_SERVER:
	case ACTION_FIN:
	case ACTION_ALERT:
	case ACTION_DNS:
	case ACTION_HTTP:
		if (!fresh)
			break;
		out->manner[out->nsend] = rule->manner;
		out->send[out->nsend++] = action;
		break;
	case ACTION_PORT:
		flow->handed_to = (uint16_t)action->number;
		break;
	case ACTION_RESIDUAL:
		residual_set(censor, flow, sight->now_s + action->number);
		break;
	case ACTION_RATE:
		flow->shaper.kbit = action->number;
		break;
	case ACTION_RATE_DST:
		flow->shared = shared_shaper(censor, &flow->server, action->number);
		break;
	}
}

static void
follow_rule(struct censor *censor, size_t i, const struct sight *sight, struct decision *out)
{
	const struct rule *rule = &censor->rules[i];
	bool fresh = sight->syn || sight->flow->proto != PROTO_TCP || (sight->flow->fired >> i & 1) == 0;
	size_t k;

	sight->flow->fired |= 1ULL << i;
	for (k = 0; k < rule->nactions && out->nsend < DECISION_SENDS; k++)
		act(censor, rule, k, sight, fresh, out);
}

void
censor_decide(struct censor *censor, const struct packet *p, enum direction direction, double now_s,
    struct decision *out)
{
	struct sight sight = {.p = p, .direction = direction, .now_s = now_s};
	size_t i;

	*out = (struct decision){0};
	if (p->fragment)
		return;
	out->flow = sight.flow = flows_find(censor->flows, p, direction);
	if (sight.flow == NULL)
		return;
	out->drop = sight.flow->dropped || (sight.flow->dropped_home && direction == HOMEWARD) ||
	    residual_holds(censor, sight.flow, now_s);
	if (out->drop)
		return;
	look(&sight);
	for (i = 0; i < censor->nrules; i++)
		if (matches(censor, i, &sight))
			follow_rule(censor, i, &sight, out);
}
