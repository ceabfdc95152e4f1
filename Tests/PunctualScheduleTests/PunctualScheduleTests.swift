// PunctualScheduleTests
