// punctualTests
