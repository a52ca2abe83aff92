# Rscript stats.R INPUT: what R makes of the lines that tests/print_stats.c reads, in the same form.
number <- function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x))

of_table <- function(n) {
  # Columns first, as R fills a matrix: bad is the first column, an event the first row.
  x <- matrix(c(n[1], n[3], n[2], n[4]), 2)
  two <- fisher.test(x)
  c(fisher.test(x, alternative = "less")$p.value, fisher.test(x, alternative = "greater")$p.value, two$p.value,
    two$conf.int[1], two$conf.int[2], two$estimate, prod(n[c(1, 4)] + 0.5) / prod(n[c(2, 3)] + 0.5))
}

for (line in readLines(commandArgs(TRUE)[1])) {
  words <- strsplit(line, " ")[[1]]
  values <- suppressWarnings(as.numeric(words[-1]))
  cat(number(if (words[1] == "table") of_table(values) else p.adjust(values, "BH")), sep = " ")
  cat("\n")
}
