// PunctualJSONTests
