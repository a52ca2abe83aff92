/* netvane plan: whom a round would contact, who sees that, and what it costs; nothing is sent. */
#include "probe/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/paragraph.h"
#include "base/table.h"
#include "probe/baseline.h"
#include "probe/cmd_output.h"
#include "probe/conf.h"
#include "probe/keep.h"
#include "probe/options.h"
#include "probe/plan.h"
#include "probe/resolver.h"
#include "probe/sched.h"
#include "probe/sched_keep.h"

static const char help[] =
    "usage: netvane plan [OPTION]...\n\n"
    "Shows every host that a round would contact, and who sees it, how often 'netvane\n"
    "run' measures, and what that costs. Sends nothing, and needs no consent.\n\n"
    "  -c, --config FILE       read this configuration too\n"
    "      --list NAME|FILE    as if this list were measured (again for more)\n"
    "      --url URL           as if this site were measured (again for more)\n"
    "      --json              one JSON object a line: each host, then the whole\n"
    "      --state DIR         where consent and state are kept\n"
    "      --skip-bad          leave bad lines of lists out instead of stopping\n"
    "  -h, --help              this text\n\n"
    "Example:\n"
    "  netvane plan --list kz-news\n";

struct showing {
	const struct options *options;
	const struct plan *plan;
	struct resolver *resolvers;
	size_t nresolvers;
	struct sched_saved_costs costs; /* what rounds cost so far; 0 unknown */
	double rounds, measurements; /* a day, by the schedule */
	int width;
};

enum { DAY_S = 86400 };

/* --- counting ---------------------------------------------------------------------------------- */

static double
a_day(const struct conf *conf, const char *list)
{
	const struct conf_list *own = conf_list_find(conf, list);
	int every = own != NULL && own->every_s > 0 ? own->every_s : conf->every_s;

	return (double)DAY_S / every;
}

/* Lists whose intervals are equal share their rounds, so the most frequent says how many there are at least. */
static void
count(struct showing *s)
{
	size_t i;
	double n;

	for (i = 0; i < s->plan->ntargets; i++) {
		n = a_day(s->options->conf, s->plan->targets[i]->list);
		s->measurements += n;
		s->rounds = n > s->rounds ? n : s->rounds;
	}
}

static void
take_costs(const char *key, const char *text, size_t len, void *arg)
{
	(void)key;
	(void)sched_read_costs(text, len, arg);
}

static void
look_up_costs(struct showing *s)
{
	struct baselines *b = baselines_look(s->options->state);

	keep_each(baselines_database(b), "sched_costs", take_costs, &s->costs);
	baselines_close(b);
}

/* --- for programs ------------------------------------------------------------------------------ */

static void
print_host(const char *role, const char *address, const char *list, const char *seen)
{
	struct buf line = BUF_EMPTY;
	struct json j;

	json_init(&j, &line);
	json_put_object(&j, NULL);
	json_put_string(&j, "role", role);
	json_put_string(&j, "address", address);
	json_put_string(&j, "list", list);
	json_put_string(&j, "sees", seen);
	json_put_object_end(&j);
	cmd_print_line(&line);
	buf_free(&line);
}

static const char *
resolver_sees(const struct resolver *r)
{
	return r->role == RESOLVER_DOH ? "your address, each name; the line sees only that it is asked"
				       : "your address, each name; the line sees the names as well";
}

static const char *const role_names[] = {
    [RESOLVER_SYSTEM] = "resolver",
    [RESOLVER_SECOND] = "second resolver",
    [RESOLVER_DOH] = "resolver over HTTPS",
};

static void
print_total(const struct showing *s)
{
	struct buf line = BUF_EMPTY;
	struct json j;

	json_init(&j, &line);
	json_put_object(&j, NULL);
	json_put_string(&j, "role", "whole");
	json_put_int(&j, "targets", (int64_t)s->plan->ntargets);
	json_put_int(&j, "controls", (int64_t)s->plan->controls.n);
	json_put_double(&j, "rounds_per_day", s->rounds);
	json_put_double(&j, "measurements_per_day", s->measurements);
	if (s->costs.target > 0)
		json_put_double(&j, "bytes_per_day", s->measurements * s->costs.target + s->rounds * s->costs.controls);
	else
		json_put_null(&j, "bytes_per_day");
	json_put_int(&j, "bytes_per_day_limit", s->options->conf->bytes_per_day);
	json_put_object_end(&j);
	cmd_print_line(&line);
	buf_free(&line);
}

static void
print_all(const struct showing *s)
{
	const struct conf *conf = s->options->conf;
	size_t i;

	for (i = 0; i < s->plan->ntargets; i++)
		print_host("target", s->plan->targets[i]->url, s->plan->targets[i]->list,
		    "a visit from your address; the line sees the site's name");
	for (i = 0; i < s->plan->controls.n; i++)
		print_host("control", s->plan->controls.targets[i].url, s->plan->controls.name,
		    "visits from your address, and names of failing targets as a test");
	for (i = 0; i < s->nresolvers; i++)
		print_host(role_names[s->resolvers[i].role], s->resolvers[i].address, "", resolver_sees(&s->resolvers[i]));
	for (i = 0; i < conf->helpers.n; i++)
		print_host("test helper", conf->helpers.items[i], "", "your address, all targets, and when");
	print_total(s);
}

/* --- for people -------------------------------------------------------------------------------- */

/* A paragraph; one that begins with a newline stands apart from what was before. */
static void
say(const struct showing *s, const char *text)
{
	if (*text == '\n')
		putchar(*text++);
	paragraph_write(stdout, text, 0, s->width);
}

static void
show_names(const struct showing *s, const char *head, const char *text)
{
	fputs(head, stdout);
	paragraph_write(stdout, text, strlen(head), s->width);
}

static void
show_list(const struct showing *s, const char *name)
{
	struct buf text = BUF_EMPTY;
	size_t i, n = 0;
	char *head;

	for (i = 0; i < s->plan->ntargets; i++)
		if (strcmp(s->plan->targets[i]->list, name) == 0)
			buf_printf(&text, "%s%s", n++ > 0 ? " " : "", s->plan->targets[i]->host);
	head = xasprintf("  %s (%zu): ", *name != '\0' ? name : "single sites", n);
	if (n > 0)
		show_names(s, head, buf_str(&text));
	free(head);
	buf_free(&text);
}

static void
show_hosts(const struct showing *s)
{
	const struct conf *conf = s->options->conf;
	struct buf text = BUF_EMPTY;
	size_t i;

	say(s, "The sites. Each sees a visit from your address, as from any reader; whoever watches your line sees their names:");
	show_list(s, "");
	for (i = 0; i < s->plan->nlists; i++)
		show_list(s, s->plan->lists[i].name);
	say(s, "\nThe controls, which tell whether the line works. They see visits, and, where a site fails, that site's name as a test:");
	for (i = 0; i < s->plan->controls.n; i++)
		buf_printf(&text, "%s%s", i > 0 ? " " : "", s->plan->controls.targets[i].host);
	show_names(s, "  ", buf_str(&text));
	say(s, "\nThe resolvers. Each sees your address and all of the names:");
	for (i = 0; i < s->nresolvers; i++)
		printf("  %s (%s)\n", s->resolvers[i].address,
		    s->resolvers[i].role == RESOLVER_DOH	  ? "over HTTPS: the line sees only that it is asked"
			: s->resolvers[i].role == RESOLVER_SYSTEM ? "your own; the line sees the names as well"
								  : "to compare with; the line sees the names as well");
	if (s->nresolvers == 0)
		puts("  none");
	if (conf->helpers.n > 0)
		say(s, "\nTest helpers. They learn your address, all of the sites, and when you measure:");
	for (i = 0; i < conf->helpers.n; i++)
		printf("  %s\n", conf->helpers.items[i]);
	buf_free(&text);
}

static void
show_cost(const struct showing *s)
{
	const struct conf *conf = s->options->conf;
	struct buf text = BUF_EMPTY;

	buf_printf(&text, "\n'netvane run' would measure %zu site%s, about %.0f rounds and %.0f measurements a day", s->plan->ntargets,
	    s->plan->ntargets == 1 ? "" : "s", s->rounds, s->measurements);
	if (*conf->window != '\0')
		buf_printf(&text, ", if it measured day and night; it does so at %s only", conf->window);
	buf_puts(&text, ". ");
	if (s->costs.target > 0)
		buf_printf(&text, "By what rounds here have cost so far (%.0f kB a site, %.0f kB a round for the controls) that is about %.0f MB a day. ",
		    s->costs.target / 1e3, s->costs.controls / 1e3,
		    (s->measurements * s->costs.target + s->rounds * s->costs.controls) / 1e6);
	else
		buf_printf(&text, "What that costs is known after the first round; at most %.0f kB of each page are read. ",
		    conf->body_cap / 1e3);
	if (conf->bytes_per_day > 0)
		buf_printf(&text, "The limit is %.0f MB a day: what is too much is left out, and counted. ", (double)conf->bytes_per_day / 1e6);
	else
		buf_puts(&text, "There is no limit; 'bytes_per_day' in the section [schedule] sets one. ");
	buf_puts(&text, "'netvane check' is one such round.");
	say(s, buf_str(&text));
	say(s, conf->confirm ? "\nWhere a site fails, tests follow that no browser makes; docs/safety.md has them all, and what they give away."
			     : "\nTests of what fails are switched off (confirm = no).");
	buf_free(&text);
}

int
cmd_plan(int argc, char **argv)
{
	struct options options = {.colour = "auto"};
	struct plan plan = {0};
	struct showing s = {.options = &options, .plan = &plan};
	int code = options_parse(&options, help, argc, argv);

	if (code < 0)
		code = options_configure(&options);
	if (code < 0)
		code = plan_load(&plan, options.conf, options.skip_bad);
	if (code < 0) {
		s.resolvers = resolvers_load(options.conf, &s.nresolvers);
		s.width = table_terminal_width(STDOUT_FILENO);
		count(&s);
		look_up_costs(&s);
		if (options.json)
			print_all(&s);
		else {
			show_hosts(&s);
			show_cost(&s);
		}
		resolvers_free(s.resolvers, s.nresolvers);
		code = cmd_close_output(EXIT_SUCCESS);
	}
	plan_clear(&plan);
	options_clear(&options);
	return code;
}
