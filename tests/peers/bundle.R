# Rscript bundle.R DIR: a bundle's tables as load.R reads them, cell by cell, as tests/peers/bundle.py has it.
setwd(commandArgs(TRUE)[1])
suppressWarnings(source("load.R"))

type_of <- function(x) {
  if (inherits(x, "POSIXct")) return(if (identical(attr(x, "tzone"), "UTC")) "datetime" else "datetime, not of UTC")
  if (inherits(x, "Date")) return("date")
  c(character = "string", integer = "integer", double = "number", logical = "boolean")[[typeof(x)]]
}

escaped <- function(x) {
  for (pair in list(c("\\", "\\\\"), c("\t", "\\t"), c("\r", "\\r"), c("\n", "\\n"))) x <- gsub(pair[1], pair[2], x, fixed = TRUE)
  x
}

shown <- function(x) {
  text <- switch(type_of(x), string = escaped(x), number = tolower(sprintf("%.10g", x)), boolean = tolower(as.character(x)),
    datetime = sprintf("%.0f", as.numeric(x) * 1e6), as.character(x))
  ifelse(is.na(x), "\\N", text)
}

for (file in list.files(pattern = "[.]csv$")) {
  name <- sub("[.]csv$", "", file)
  table <- get(name)
  if (nrow(problems(table)) > 0) print(problems(table))
  cat(name, 0, "", nrow(table), sep = "\t")
  cat("\n")
  for (column in names(table)) {
    rows <- seq_len(nrow(table))
    writeLines(paste(name, c(0, rows), column, c(type_of(table[[column]]), shown(table[[column]])), sep = "\t"))
  }
}
