/// What the figures that are taken right now are about, for whoever wants to see one case behind a histogram.
///
/// Set around an observation by whoever makes it; read by the registry of metrics.
public enum Measured {
    /// nil where no execution is measured.
    @TaskLocal public static var execution: Identifier?
}
