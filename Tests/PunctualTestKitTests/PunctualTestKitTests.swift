// PunctualTestKitTests
