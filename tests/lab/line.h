/* What a scenario's [line] says about the way between the client and the world. */
#ifndef LAB_LINE_H
#define LAB_LINE_H

#include <stdbool.h>

enum family { FAMILY_4, FAMILY_46, FAMILY_6BROKEN };

struct line {
	enum family family;
	const char *resolver; /* "isp", "router", "public", or an address */
	int delay_ms; /* there and back, beside what any line has */
	int rate_kbit; /* each way; 0 no limit */
	int up_kbit; /* from the client; 0: as rate_kbit */
	double loss_pct; /* each way */
	int mtu; /* longer packets vanish; 0 no limit */
	int syn_limit; /* SYNs a second; 0 no limit */
	bool link_down, gateway_dead;
	const char *os_root; /* a file of the certificates' directory; NULL none */
	int clock_step_s; /* 0 none */
	double clock_step_at_s;
};

#endif
