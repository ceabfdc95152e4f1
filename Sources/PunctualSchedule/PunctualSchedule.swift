// PunctualSchedule
