"""The tab Evaluation: suites of gold questions, run and extended."""
