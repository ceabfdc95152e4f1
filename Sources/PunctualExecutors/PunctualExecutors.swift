// PunctualExecutors
