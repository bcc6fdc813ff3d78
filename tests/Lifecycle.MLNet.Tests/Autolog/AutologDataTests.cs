using Lifecycle.Tracking;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet.Tests;

public sealed class AutologDataTests
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public async Task Data_that_is_known_is_logged_under_its_own_digest()
    {
        DatasetReference known = new("loans", "sha256:" + new string('a', 64)) { Version = new string('1', 32), Rows = 300 };
        RunInput fromView = Assert.Single((await FitAsync(LoanTable.Rows(300).ToDataView(source: known))).Inputs);
        Assert.Equal(("loans", known.Digest, "training"), (fromView.Dataset.Name, fromView.Dataset.Digest, fromView.Context));
        RunInput given = Assert.Single((await FitAsync(LoanTable.Rows(300).ToDataView(), known)).Inputs);
        Assert.Equal((known.Version, known.Digest), (given.Dataset.Version, given.Dataset.Digest));
    }

    [Fact]
    public async Task A_cursor_that_throws_leaves_the_fit_alone_and_the_reason_stays()
    {
        await using Tracked tracked = new();
        IDataView rows = new BrokenView(LoanTable.Rows(300).ToDataView(), breakAfter: 2, throws: true);
        ITransformer? fitted = null;
        RunRecord run = await tracked.RunAsync(run =>
        {
            // The fit reads whatever it needs before the view breaks: the broken cursor is the one that asks for all columns.
            fitted = Trainer().TrackWith(run).Fit(rows);
            return Task.CompletedTask;
        });
        Assert.NotNull(fitted);
        Assert.Equal(RunStatus.Finished, run.Status);
        DatasetReference data = Assert.Single(run.Inputs).Dataset;
        Assert.Equal(DatasetReference.Unknown, data.Digest);
        Assert.Contains("the disk is gone", data.Profile, StringComparison.Ordinal);
        Assert.NotNull(data.Schema);
        Assert.Empty(await tracked.Experiments.ProblemsAsync(run.Id));
        Assert.Single(await tracked.Experiments.ModelsAsync(run.Id));
    }

    [Fact]
    public void The_digest_knows_neither_batches_nor_order_of_columns_nor_who_loaded_them()
    {
        ColumnBatch rows = LoanTable.Rows(5_000);
        IDataViewDigest expected = IDataViewDigest.Of(rows.ToDataView());
        Assert.Equal(5_000, expected.Rows);
        Assert.Equal(expected.Digest, IDataViewDigest.Of(LoanTable.Rows(5_000).ToDataView()).Digest);
        Assert.Equal(expected.Digest, IDataViewDigest.Of(rows.Select("Label", "region", "income", "ratio").ToDataView()).Digest);
        Assert.Equal(expected.Digest, IDataViewDigest.Of(new BrokenView(rows.ToDataView(), breakAfter: int.MaxValue, throws: false)).Digest);
        Assert.Equal(expected.Digest, IDataViewDigest.Of(_context.Data.Cache(rows.ToDataView())).Digest);
        Assert.NotEqual(expected.Digest, IDataViewDigest.Of(LoanTable.Rows(4_999).ToDataView()).Digest);
        Assert.NotEqual(expected.Digest, IDataViewDigest.Of(LoanTable.Rows(5_000, seed: 2).ToDataView()).Digest);
        Assert.NotEqual(expected.Digest, IDataViewDigest.Of(rows.Select("ratio", "income", "region").ToDataView()).Digest);
    }

    [Fact]
    public void A_vector_has_one_digest_sparse_and_dense_and_all_NaN_are_one()
    {
        VBuffer<float> dense = new(4, [0f, 2f, 0f, float.NaN]), sparse = new(4, 2, [2f, BitConverter.Int32BitsToSingle(-1)], [1, 3]);
        Assert.Equal(Vectors(dense), Vectors(sparse));
        Assert.NotEqual(Vectors(dense), Vectors(new VBuffer<float>(4, [0f, 2f, 1f, float.NaN])));
        Assert.NotEqual(Vectors(dense), Vectors(new VBuffer<float>(4, [2f, 0f, 0f, float.NaN])));
    }

    [Fact]
    public void Too_many_bytes_are_not_read_and_the_reason_says_so()
    {
        IDataView rows = LoanTable.Rows(10_000).ToDataView();
        IDataViewDigest known = IDataViewDigest.Of(rows, mostBytes: 200_000);
        Assert.Null(known.Digest);
        Assert.Equal(10_000, known.Rows);
        Assert.Contains("have more than", known.Why, StringComparison.Ordinal);

        // A filter does not know its rows beforehand: it is read until the limit is passed.
        IDataView filtered = _context.Data.FilterRowsByColumn(rows, "income", 0, 1_000);
        Assert.Null(filtered.GetRowCount());
        Assert.Null(IDataViewDigest.Of(filtered, mostBytes: 50_000).Digest);
        Assert.Equal(IDataViewDigest.Of(rows).Digest, IDataViewDigest.Of(filtered).Digest);
    }

    private Microsoft.ML.Trainers.LbfgsLogisticRegressionBinaryTrainer Logistic() => _context.BinaryClassification.Trainers.LbfgsLogisticRegression();

    private EstimatorChain<ITransformer> Trainer() =>
        _context.Transforms.Concatenate("Features", "ratio", "income").Append((IEstimator<ITransformer>)_context.Transforms.NormalizeMinMax("Features")).Append((IEstimator<ITransformer>)Logistic());

    private async Task<RunRecord> FitAsync(IDataView rows, DatasetReference? data = null)
    {
        await using Tracked tracked = new();
        return await tracked.RunAsync(run =>
        {
            Trainer().TrackWith(run, data: data).Fit(rows);
            return Task.CompletedTask;
        });
    }

    private Digest? Vectors(VBuffer<float> cell) => IDataViewDigest.Of(_context.Data.LoadFromEnumerable([new VectorRow { Cell = cell }])).Digest;

    private sealed class VectorRow
    {
        [VectorType(4)]
        public VBuffer<float> Cell { get; set; }
    }

    /// <summary>Hands every row on; a cursor over all columns may break, so that only the digest meets it.</summary>
    private sealed class BrokenView(IDataView inner, int breakAfter, bool throws) : IDataView
    {
        public bool CanShuffle => false;

        public DataViewSchema Schema => inner.Schema;

        public long? GetRowCount() => inner.GetRowCount();

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        {
            DataViewSchema.Column[] columns = [.. columnsNeeded];
            return new Cursor(inner.GetRowCursor(columns, rand), throws && columns.Length == Schema.Count ? breakAfter : int.MaxValue);
        }

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];

        private sealed class Cursor(DataViewRowCursor inner, int breakAfter) : DataViewRowCursor
        {
            public override long Position => inner.Position;

            public override long Batch => inner.Position / 7;

            public override DataViewSchema Schema => inner.Schema;

            public override bool MoveNext() => inner.Position < breakAfter ? inner.MoveNext() : throw new IOException("the disk is gone");

            public override bool IsColumnActive(DataViewSchema.Column column) => inner.IsColumnActive(column);

            public override ValueGetter<DataViewRowId> GetIdGetter() => inner.GetIdGetter();

            public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => inner.GetGetter<TValue>(column);

            protected override void Dispose(bool disposing)
            {
                inner.Dispose();
                base.Dispose(disposing);
            }
        }
    }
}
