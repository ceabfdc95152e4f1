// PunctualClientTests
