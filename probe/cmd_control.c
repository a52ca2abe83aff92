/* netvane control: shows others how sites look from this machine. */
#include "probe/cmd.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <netinet/in.h>
#include <unistd.h>
#include <event2/event.h>
#include <event2/util.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/fds.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/address.h"
#include "probe/conf.h"
#include "probe/conf_files.h"
#include "probe/control_job.h"
#include "probe/control_server.h"
#include "probe/probe.h"
#include "probe/resolver.h"

static const char help[] =
    "usage: netvane control --listen IP:PORT [OPTION]...\n\n"
    "Runs a test helper: whoever reaches this port may ask how a site looks from\n"
    "here, and this machine looks its name up, connects to it and fetches its page.\n"
    "A probe that suspects blocking compares. The protocol is that of OONI's test\n"
    "helpers.\n\n"
    "What you should know first:\n"
    "  - The sites are visited from your address, and you do not choose them. Do not\n"
    "    run this where visiting the wrong site could harm you.\n"
    "  - Your resolvers see their names, and so do the others that the configuration\n"
    "    names; by default these are public ones, see netvane.conf(5).\n"
    "  - Without --tls-cert anybody on the way can read, and change, what is asked\n"
    "    and answered. Probes learn nothing reliable where somebody wants to lie.\n"
    "  - Open the port only to those you mean to help, where your firewall can.\n"
    "It goes to no private address, to no port but 80, 443 and the URL's own, keeps\n"
    "no log of who asked for what, and serves each client 60 times a minute at most.\n\n"
    "  -c, --config FILE        read this configuration too\n"
    "      --listen IP:PORT     where to listen; [IPv6]:PORT; port 0 takes a free one\n"
    "      --tls-cert FILE      speak HTTPS, with this PEM chain\n"
    "      --tls-key FILE       and its key\n"
    "      --roots FILE         trust the PEM roots in FILE, not the public ones\n"
    "      --max-requests N     serve so many requests a minute in all (default 600)\n"
    "      --max-per-client N   and so many of one client (default 60)\n"
    "      --allow-private      go to private addresses too: for a laboratory only\n"
    "  -v, --verbose            say what is being done, sites included\n"
    "  -h, --help               this text\n\n"
    "Prints its URL when it is ready, and serves until SIGTERM or SIGINT.\n\n"
    "Example:\n"
    "  netvane control --listen 198.51.100.20:8443 --tls-cert fullchain.pem \\\n"
    "      --tls-key privkey.pem\n"
    "and at the probe:\n"
    "  netvane check --control https://helper.example.org:8443/\n";

struct run {
	const char *config, *listen, *cert, *key, *roots;
	int max_requests, max_per_client;
	bool allow_private;
	struct sockaddr_storage address;
	int address_len;
	struct conf *conf;
	SSL_CTX *tls;
	struct probe *probe;
	struct control_server *server;
	int signals;
};

/* --- the command line ------------------------------------------------------------------------ */

enum {
	OPT_LISTEN = 256,
	OPT_TLS_CERT,
	OPT_TLS_KEY,
	OPT_ROOTS,
	OPT_MAX_REQUESTS,
	OPT_MAX_PER_CLIENT,
	OPT_ALLOW_PRIVATE,
};

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"listen", required_argument, NULL, OPT_LISTEN},
    {"tls-cert", required_argument, NULL, OPT_TLS_CERT},
    {"tls-key", required_argument, NULL, OPT_TLS_KEY},
    {"roots", required_argument, NULL, OPT_ROOTS},
    {"max-requests", required_argument, NULL, OPT_MAX_REQUESTS},
    {"max-per-client", required_argument, NULL, OPT_MAX_PER_CLIENT},
    {"allow-private", no_argument, NULL, OPT_ALLOW_PRIVATE},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* Returns 0, or -1 when text is no whole number in that range. */
static int
number(const char *text, long least, long most, int *out)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || n < least || n > most)
		return -1;
	*out = (int)n;
	return 0;
}

/* Returns -1 to go on, or the exit code. */
static int
take_number(const char *option, const char *text, int *out)
{
	if (number(text, 1, 100000, out) == 0)
		return -1;
	log_errorx("--%s: '%s' is not a number from 1 to 100000", option, text);
	return EX_USAGE;
}

static int
take_address(struct run *run)
{
	if (run->listen == NULL) {
		log_errorx("--listen IP:PORT is missing");
		return EX_USAGE;
	}
	if (address_parse_listen(run->listen, &run->address, &run->address_len) == 0)
		return -1;
	log_errorx("--listen: '%s' should be IP:PORT or [IPv6]:PORT", run->listen);
	return EX_USAGE;
}

static int
parse_options(struct run *run, int argc, char **argv)
{
	int c, code = -1;

	while (code < 0 && (c = getopt_long(argc, argv, "c:vh", options, NULL)) != -1)
		switch (c) {
		case 'c':
			run->config = optarg;
			break;
		case OPT_LISTEN:
			run->listen = optarg;
			break;
		case OPT_TLS_CERT:
			run->cert = optarg;
			break;
		case OPT_TLS_KEY:
			run->key = optarg;
			break;
		case OPT_ROOTS:
			run->roots = optarg;
			break;
		case OPT_MAX_REQUESTS:
			code = take_number("max-requests", optarg, &run->max_requests);
			break;
		case OPT_MAX_PER_CLIENT:
			code = take_number("max-per-client", optarg, &run->max_per_client);
			break;
		case OPT_ALLOW_PRIVATE:
			run->allow_private = true;
			break;
		case 'v':
			log_set_level(LOG_LEVEL_DEBUG);
			break;
		case 'h':
			fputs(help, stdout);
			return EXIT_SUCCESS;
		default:
			return EX_USAGE;
		}
	if (code >= 0)
		return code;
	if (optind < argc) {
		log_errorx("'%s' is not an option", argv[optind]);
		return EX_USAGE;
	}
	if ((run->cert == NULL) != (run->key == NULL)) {
		log_errorx("--tls-cert and --tls-key go together");
		return EX_USAGE;
	}
	return take_address(run);
}

/* --- before it listens ----------------------------------------------------------------------- */

/*
 * Each page is wanted, and a session must be over in time for the answer. No control vantage asks another one.
 */
static int
configure(struct run *run)
{
	char *wrong;
	int code;

	run->conf = conf_files_read(run->config, &code);
	if (run->conf == NULL)
		return code;
	wrong = run->roots != NULL ? conf_set(run->conf, "probe.roots", run->roots) : NULL;
	if (wrong != NULL) {
		log_errorx("--roots: %s", wrong);
		free(wrong);
		return EX_USAGE;
	}
	run->conf->http = true;
	run->conf->keep_bodies = false;
	run->conf->all_addresses = false;
	if (run->conf->session_ms > control_job_page_ms(run->conf))
		run->conf->session_ms = control_job_page_ms(run->conf);
	return -1;
}

static int
load_tls(struct run *run)
{
	char reason[200];

	if (run->cert == NULL)
		return -1;
	if (access(run->cert, R_OK) != 0 || access(run->key, R_OK) != 0) {
		log_error("cannot read %s", access(run->cert, R_OK) != 0 ? run->cert : run->key);
		return EX_NOINPUT;
	}
	run->tls = SSL_CTX_new(TLS_server_method());
	if (run->tls == NULL)
		log_fatalx("OpenSSL gives no TLS context");
	SSL_CTX_set_min_proto_version(run->tls, TLS1_2_VERSION);
	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(run->tls, run->cert) == 1 &&
	    SSL_CTX_use_PrivateKey_file(run->tls, run->key, SSL_FILETYPE_PEM) == 1 &&
	    SSL_CTX_check_private_key(run->tls) == 1)
		return -1;
	ERR_error_string_n(ERR_get_error(), reason, sizeof(reason));
	log_errorx("%s and %s are not a certificate chain and its key: %s", run->cert, run->key,
	    reason);
	return EX_DATAERR;
}

/* --- while it runs --------------------------------------------------------------------------- */

/* The last answers are in libevent's buffers; a moment, and those that can be sent are sent. */
static void
stopped(void *arg)
{
	static const struct timeval moment = {0, 200000};
	struct run *run = arg;

	event_base_loopexit(run->probe->base, &moment);
}

static void
signalled(evutil_socket_t signal_number, short what, void *arg)
{
	struct run *run = arg;

	(void)what;
	if (run->signals++ > 0)
		_exit(128 + (int)signal_number);
	log_info("stopping");
	control_server_stop(run->server);
}

static void
say_ready(const struct run *run)
{
	struct sockaddr_storage sa;
	char *text;

	control_server_address(run->server, &sa);
	text = resolver_text(&sa);
	printf("%s://%s/\n", run->tls != NULL ? "https" : "http", text);
	fflush(stdout);
	free(text);
}

static int
serve(struct run *run)
{
	struct control_server_plan plan = {.address = (struct sockaddr *)&run->address,
	    .address_len = run->address_len, .tls = run->tls, .allow_private = run->allow_private,
	    .max_per_client = run->max_per_client, .max_requests = run->max_requests,
	    .stopped = stopped, .arg = run};
	struct event *on_int, *on_term;

	plan.files = fds_raise_limit();
	run->probe = probe_new(run->conf);
	if (run->probe == NULL)
		return EX_CONFIG;
	plan.probe = run->probe;
	run->server = control_server_start(&plan);
	if (run->server == NULL)
		return EX_UNAVAILABLE;
	on_int = evsignal_new(run->probe->base, SIGINT, signalled, run);
	on_term = evsignal_new(run->probe->base, SIGTERM, signalled, run);
	event_add(on_int, NULL);
	event_add(on_term, NULL);
	say_ready(run);
	event_base_dispatch(run->probe->base);
	event_free(on_int);
	event_free(on_term);
	return EXIT_SUCCESS;
}

int
cmd_control(int argc, char **argv)
{
	struct run run = {.max_requests = 600, .max_per_client = 60};
	int code = parse_options(&run, argc, argv);

	if (code < 0)
		code = configure(&run);
	if (code < 0)
		code = load_tls(&run);
	if (code < 0)
		code = serve(&run);
	control_server_free(run.server);
	probe_free(run.probe);
	SSL_CTX_free(run.tls);
	conf_free(run.conf);
	return code;
}
