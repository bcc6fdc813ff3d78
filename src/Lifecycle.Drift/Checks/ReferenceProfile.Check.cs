using System.Diagnostics;

namespace Lifecycle.Drift;

public sealed partial class ReferenceProfile
{
    /// <summary>Checks a table against this reference; numbers value by value where the profile keeps them, else on its bins.</summary>
    /// <param name="batch">The new rows. Columns that are missing, added or of another type are findings, not errors.</param>
    /// <param name="policy">Alpha, correction and least effect; null means <see cref="DriftPolicy.Default"/>.</param>
    /// <param name="cancellationToken">Ends the work within milliseconds, also inside one large column.</param>
    /// <exception cref="UnknownColumnException">The policy names a column that the reference does not have.</exception>
    public DriftReport Check(ColumnBatch batch, DriftPolicy? policy = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Check(new CountedRows(new BatchRows(batch)), policy, cancellationToken);
    }

    /// <summary>Checks records against this reference, read by the getters it was made with.</summary>
    /// <param name="rows">The new rows.</param>
    /// <param name="policy">Alpha, correction and least effect; null means <see cref="DriftPolicy.Default"/>.</param>
    /// <param name="cancellationToken">Ends the work within milliseconds, also inside one large column.</param>
    /// <exception cref="InvalidOperationException">The profile does not know how to read a <typeparamref name="T"/>: see <see cref="ReadingWith"/>.</exception>
    public DriftReport Check<T>(IReadOnlyList<T> rows, DriftPolicy? policy = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return Check(new CountedRows(new RecordRows<T>(rows, GettersOf<T>())), policy, cancellationToken);
    }

    /// <summary>
    /// Checks one profile against another: the same findings as from the rows themselves, without the rows. The current profile is built
    /// with <see cref="Like"/> this one, so that both count on the same bins.
    /// </summary>
    /// <param name="current">The new data's profile. Columns that are missing, added, of another kind or on other bins are findings, not errors.</param>
    /// <param name="policy">Alpha, correction and least effect; null means <see cref="DriftPolicy.Default"/>.</param>
    /// <param name="cancellationToken">Ends the work within milliseconds, also inside one large column.</param>
    /// <remarks>
    /// Values outside the reference's range are known from the least and the greatest value only, so <see cref="QualityRule.OutOfRange"/>
    /// counts at least one on a side, not all of them, unless the column has a bin for each value.
    /// </remarks>
    public DriftReport Check(ReferenceProfile current, DriftPolicy? policy = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(current);
        return Check(new ProfileRows(current), policy, cancellationToken);
    }

    private DriftReport Check(IColumnSource source, DriftPolicy? policy, CancellationToken cancellationToken)
    {
        policy?.Require(this);
        using Activity? activity = DriftTelemetry.Source.StartActivity("drift.check");
        long started = Stopwatch.GetTimestamp();
        DriftReport report = ReportAssembly.Of(this, source, policy ?? DriftPolicy.Default, cancellationToken);
        DriftTelemetry.Checked(report, Stopwatch.GetElapsedTime(started));
        return report;
    }
}
