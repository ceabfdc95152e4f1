// PunctualAPITests
